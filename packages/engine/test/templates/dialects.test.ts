import type { JsonObject, TemplateDocument } from '@tasker/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { buildStep, type LooseStepOptions } from '../../src/define/built-step.ts';
import { compilePlan } from '../../src/graph/compile-plan.ts';
import { defineHandler, readTemplate, readTemplateYaml, StepHandler, TaskDefinition, toYaml } from '../../src/index.ts';
import { isJsonObject, parseJson } from '../../src/json/parse.ts';

/** A task as no dialect writes it. */
interface AbstractTask {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  readonly description: string;
  readonly system: string;
  readonly schema: JsonObject;
  readonly steps: readonly AbstractStep[];
}

interface AbstractStep {
  readonly name: string;
  readonly parents: readonly string[];
  readonly attempts: number;
  readonly retryable: boolean;
  readonly skippable: boolean;
  readonly system: string | undefined;
  readonly config: JsonObject;
  /** Which of the ways to say the same is taken. */
  readonly taste: number;
}

const plainName = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
const jsonObject: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  // Without what PostgreSQL cannot store, and what YAML would merge unless it is quoted.
  .map((value) => parseJson(JSON.stringify(value).replaceAll(/\\u0000|\\ud[89a-f]..|<</g, '')))
  .filter(isJsonObject);

/** Up to two hundred steps; each after some of those before it, declared in any order. */
const anyTask: fc.Arbitrary<AbstractTask> = fc
  .record({
    name: plainName,
    namespace: plainName,
    version: fc.constantFrom('1.0.0', '0.1.0', '2.13.0-beta.1'),
    description: fc.constantFrom('A task', 'Costs ${AMOUNT}', 'yes', '1.0', ': odd #'),
    system: plainName,
    schema: fc.constantFrom<JsonObject>(
      { type: 'object' },
      { required: ['id'], properties: { id: { type: 'integer' } } },
    ),
    seeds: fc.array(
      fc.record({
        parents: fc.array(fc.nat(), { maxLength: 4 }),
        attempts: fc.integer({ min: 1, max: 9 }),
        retryable: fc.boolean(),
        skippable: fc.boolean(),
        system: fc.option(plainName, { nil: undefined }),
        config: jsonObject,
        taste: fc.nat(),
      }),
      { minLength: 1, maxLength: 200, size: 'max' },
    ),
  })
  .chain(({ seeds, ...task }) => {
    const steps = seeds.map(({ parents, ...seed }, index) => ({
      name: `step_${index}`,
      parents: index === 0 ? [] : [...new Set(parents.map((parent) => `step_${parent % index}`))],
      ...seed,
    }));
    return fc.shuffledSubarray(steps, { minLength: steps.length }).map((shuffled) => ({ ...task, steps: shuffled }));
  });

const callableOf = ({ name }: AbstractStep) => `Shop::${name}`;

/** The waits are those of the older engine, which cannot say others. */
function canonical(task: AbstractTask): object {
  return {
    name: task.name,
    namespace_name: task.namespace,
    version: task.version,
    description: task.description,
    system_dependencies: { primary: task.system },
    input_schema: task.schema,
    steps: task.steps.map((step) => ({
      name: step.name,
      handler: { callable: callableOf(step), initialization: step.config },
      ...(step.taste % 2 === 0 ? { dependencies: step.parents } : { depends_on: step.parents.toReversed() }),
      ...(step.taste % 3 === 0 ? { type: 'standard' } : { step_type: 'standard' }),
      retry: {
        retryable: step.retryable,
        ...(step.taste % 5 < 2 ? { max_attempts: step.attempts } : { limit: step.attempts }),
        ...(step.taste % 7 < 3 ? { backoff_base_ms: 2000 } : { initial_delay: 2 }),
      },
      skippable: step.skippable,
      system_dependency: step.system,
    })),
  };
}

function withSymbols(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSymbols);
  if (typeof value !== 'object' || value === null) return value;
  const freeForm = ['initialization', 'input_schema'];
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [`:${key}`, freeForm.includes(key) ? each : withSymbols(each)]),
  );
}

function older(task: AbstractTask): object {
  return {
    name: task.name,
    namespace_name: task.namespace,
    version: task.version,
    description: task.description,
    task_handler_class: 'Shop::Task',
    default_dependent_system: task.system,
    named_steps: task.steps.map(({ name }) => name),
    schema: task.schema,
    step_templates: task.steps.map((step) => {
      const [first, ...others] = step.parents;
      return {
        name: step.name,
        handler_class: callableOf(step),
        handler_config: step.config,
        ...(step.taste % 2 === 0
          ? { depends_on_step: first, depends_on_steps: others }
          : { depends_on_steps: step.parents }),
        default_retryable: step.retryable,
        default_retry_limit: step.attempts,
        skippable: step.skippable,
        dependent_system: step.system,
      };
    }),
  };
}

/** What `defineTask(…).step(…)` makes, for steps whose names no compiler knows. */
function built(task: AbstractTask, work: (step: AbstractStep) => LooseStepOptions): TemplateDocument {
  const steps = task.steps.map((step) =>
    buildStep(
      step.name,
      {
        after: step.parents,
        config: step.config,
        retry: { retryable: step.retryable, maxAttempts: step.attempts, baseMs: 2_000 },
        skippable: step.skippable,
        ...(step.system === undefined ? {} : { dependentSystem: step.system }),
        ...work(step),
      },
      '',
    ),
  );
  const { name, namespace, version, description, system, schema } = task;
  const options = { name, namespace, version, description, dependentSystem: system, input: { jsonSchema: schema } };
  return new TaskDefinition(options, steps).document;
}

function handlerClass(step: AbstractStep) {
  return class extends StepHandler {
    static override readonly handlerName = callableOf(step);
    call(): null {
      return null;
    }
  };
}

/** In files, `${` begins a variable (in values, not in keys); here it is data. */
function withoutVariables(data: unknown): unknown {
  if (typeof data === 'string') return data.replaceAll('${', () => '$${');
  if (Array.isArray(data)) return data.map(withoutVariables);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, withoutVariables(value)]));
}

const asJson = (data: unknown) => JSON.stringify(withoutVariables(data));
const asYaml = (data: unknown) =>
  stringify(withoutVariables(data), { aliasDuplicateObjects: false, merge: true, keepUndefined: false });

describe('the same task', { timeout: 120_000 }, () => {
  it('CORE-90, CORE-91, TC-31, TC-32, TC-33: is the same plan in every dialect and every form', () => {
    fc.assert(
      fc.property(anyTask, (task) => {
        const [document] = readTemplateYaml(asYaml(canonical(task)), { variables: {} });
        if (document === undefined) throw new Error('There is no document.');
        const plan = compilePlan(document);
        // A builder has parents before children: the steps in the order of the plan.
        const ordered = {
          ...task,
          steps: plan.steps.flatMap(({ name }) => task.steps.filter((step) => step.name === name)),
        };
        const forms = {
          json: () => readTemplateYaml(asJson(canonical(task)), { variables: {} })[0],
          symbols: () => readTemplateYaml(asYaml(withSymbols(canonical(task))), { variables: {} })[0],
          older: () => readTemplateYaml(asYaml(older(task)), { variables: {} })[0],
          data: () => readTemplate(JSON.parse(JSON.stringify(canonical(task)))),
          again: () => readTemplate(document),
          written: () => readTemplateYaml(toYaml(document), { variables: {} })[0],
          names: () => built(ordered, (step) => ({ handler: callableOf(step) })),
          classes: () => built(ordered, (step) => ({ handler: handlerClass(step) })),
          functions: () => built(ordered, (step) => ({ handler: defineHandler(callableOf(step), {}, () => null) })),
          inline: () => built(ordered, (step) => ({ callable: callableOf(step), run: () => null })),
        };
        for (const [form, make] of Object.entries(forms)) {
          const made = make();
          expect({ form, plan: made && compilePlan(made) }).toEqual({ form, plan });
        }
      }),
      { numRuns: 25 },
    );
  });
});
