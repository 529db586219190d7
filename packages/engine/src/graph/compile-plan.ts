import { createHash } from 'node:crypto';
import type { RetryDocument, StepDocument, TemplateDocument } from '@tasker/contract';
import canonicalize from 'canonicalize';
import { InvalidTemplate } from '../errors.ts';
import { formatPath } from '../json/path.ts';
import { describeGraphProblem } from './describe-graph-problem.ts';
import { graphProblems } from './graph-problems.ts';
import type { HandlerReference, Plan, PlanStep, RetryPolicy } from './plan.ts';
import { topologicalOrder } from './topological-order.ts';

/**
 * Compiles a template into the graph that workers run. Linear in steps and dependencies (a thousand steps
 * take a few milliseconds), the same for every form the template was written in.
 *
 * @throws {InvalidTemplate} with every problem of the graph
 */
export function compilePlan(template: TemplateDocument): Plan {
  refuseBadGraph(template);
  const steps = inPlanOrder(template.steps);
  const positionByName = new Map(steps.map((step, position) => [step.name, position]));
  const parents = steps.map((step) => positionsOf(step.dependencies, positionByName));
  const children = childrenOf(parents);
  const planSteps = steps.map((step, position) =>
    planStep(step, position, parents[position] ?? [], children[position] ?? []),
  );
  return {
    namespace: template.namespace_name,
    name: template.name,
    version: template.version,
    hash: contentHash({ ...template, steps }),
    identity: template.identity_strategy,
    ...(template.input_schema === undefined ? {} : { inputSchema: template.input_schema }),
    steps: planSteps,
    roots: planSteps.filter((step) => step.parents.length === 0).map((step) => step.position),
    sinks: planSteps.filter((step) => step.children.length === 0).map((step) => step.position),
    positionByName,
    unsupported: steps.flatMap(whyUnsupported),
  };
}

function whyUnsupported({ name, type }: StepDocument): string[] {
  return type === undefined ? [] : [`Step \`${name}\` is of type \`${type}\`, which cannot run yet.`];
}

function refuseBadGraph(template: TemplateDocument): void {
  const problems = graphProblems(template.steps).map((problem) => {
    const { path, ...words } = describeGraphProblem(problem);
    return { path: formatPath(path), ...words };
  });
  if (problems.length > 0) throw new InvalidTemplate(problems);
}

function inPlanOrder(steps: readonly StepDocument[]): StepDocument[] {
  const indexByName = new Map(steps.map((step, index) => [step.name, index]));
  const order = topologicalOrder(steps.map((step) => positionsOf(step.dependencies, indexByName)));
  return order.flatMap((index) => steps[index] ?? []);
}

function positionsOf(names: readonly string[], positionByName: ReadonlyMap<string, number>): number[] {
  const positions = names.flatMap((name) => positionByName.get(name) ?? []);
  return [...new Set(positions)].toSorted((one, other) => one - other);
}

function childrenOf(parents: readonly (readonly number[])[]): number[][] {
  const children: number[][] = parents.map(() => []);
  for (const [position, own] of parents.entries()) {
    for (const parent of own) children[parent]?.push(position);
  }
  return children;
}

function planStep(step: StepDocument, position: number, parents: number[], children: number[]): PlanStep {
  return {
    position,
    name: step.name,
    ...(step.description === undefined ? {} : { description: step.description }),
    parents,
    children,
    handler: handlerReference(step),
    retry: retryPolicy(step.retry),
    timeoutMs: Math.round(step.timeout_seconds * 1000),
    skippable: step.skippable,
    dependentSystem: step.system_dependency,
    ...(step.result_schema === undefined ? {} : { resultSchema: step.result_schema }),
  };
}

function handlerReference({ handler }: StepDocument): HandlerReference {
  const { callable, method, resolver, initialization: config } = handler;
  return { callable, method, config, ...(resolver === undefined ? {} : { resolver }) };
}

function retryPolicy(retry: RetryDocument): RetryPolicy {
  return {
    retryable: retry.retryable,
    maxAttempts: retry.max_attempts,
    backoff: retry.backoff,
    baseMs: retry.backoff_base_ms,
    maxMs: retry.max_backoff_ms,
    jitter: retry.jitter,
    ...(retry.backoff_table_ms === undefined ? {} : { tableMs: retry.backoff_table_ms }),
  };
}

/**
 * Over the steps in the plan's order, so that two files which list the same steps in another order, and
 * get the same plan, have the same hash.
 */
function contentHash(template: TemplateDocument): string {
  const canonical = canonicalize(template) ?? '';
  return createHash('sha256').update(canonical).digest('hex');
}
