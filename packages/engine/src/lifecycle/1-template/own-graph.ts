import type { HandlerDocument, TemplateDocument, TemplateProblem } from '@tasker/contract';
import { InvalidTemplate } from '../../errors.ts';
import type { AddedStep, GraphChange } from '../../graph/graph-change.ts';
import { readTemplate } from './read-template.ts';
import { retrySource } from './retry-source.ts';
import { normaliseTemplate } from './template-document.ts';
import type { HandlerSource, StepSource } from './template-source.ts';

/**
 * A template with the changes that one task makes to its graph, checked like any other template.
 *
 * @throws {InvalidTemplate} with every problem, the steps by their names
 */
export function withGraphChange(template: TemplateDocument, change: GraphChange): TemplateDocument {
  refuseMisfits(template, change);
  const added = Object.entries(change.add).map(([name, step]) => stepOf(template, name, step));
  const steps: StepSource[] = [...template.steps, ...added].map((step) => {
    const more = ownValue(change.after, step.name) ?? [];
    return more.length === 0 ? step : { ...step, dependencies: [...(step.dependencies ?? []), ...more] };
  });
  try {
    return readTemplate(normaliseTemplate({ ...template, steps }));
  } catch (error) {
    if (!(error instanceof InvalidTemplate)) throw error;
    throw new InvalidTemplate(error.problems.map((problem) => ({ ...problem, path: named(problem.path, steps) })));
  }
}

function refuseMisfits({ steps }: TemplateDocument, { add, after }: GraphChange): void {
  const names = new Set(steps.map(({ name }) => name));
  const added = Object.entries(add);
  const known = new Set([...names, ...added.map(([name]) => name)]);
  const problems: TemplateProblem[] = [
    ...added.flatMap(([name, step]) => problemsOfAdded(name, step, names)),
    ...Object.keys(after).flatMap((name) =>
      known.has(name)
        ? []
        : [{ code: 'MISSING_DEP_REF' as const, path: 'after', message: `This names \`${name}\`, which is no step.` }],
    ),
  ];
  if (problems.length > 0) throw new InvalidTemplate(problems);
}

function problemsOfAdded(name: string, { like, handler }: AddedStep, names: ReadonlySet<string>): TemplateProblem[] {
  const problem = (code: TemplateProblem['code'], message: string) => ({ code, path: `add.${name}`, message });
  return [
    ...(names.has(name) ? [problem('DUPLICATE_STEP_NAME', 'The template has a step of that name.')] : []),
    ...((like === undefined) === (handler === undefined)
      ? [problem('MISSING_KEY', 'An added step needs either `like` or `handler`.')]
      : []),
    ...(like === undefined || names.has(like)
      ? []
      : [problem('MISSING_DEP_REF', `It is to be like \`${like}\`, which the template does not have.`)]),
  ];
}

function stepOf(template: TemplateDocument, name: string, added: AddedStep): StepSource {
  const { like, description, after, retry = {}, timeoutSeconds, skippable, dependentSystem } = added;
  const model = template.steps.find((step) => step.name === like);
  const said = {
    description,
    dependencies: after,
    timeout_seconds: timeoutSeconds,
    skippable,
    system_dependency: dependentSystem,
  };
  return {
    ...model,
    ...whatIsSaid(said),
    name,
    handler: handlerOf(added, model?.handler),
    retry: { ...model?.retry, ...whatIsSaid(retrySource(retry)) },
  };
}

function handlerOf({ handler, method, config }: AddedStep, model: HandlerDocument | undefined): HandlerSource {
  return {
    ...model,
    callable: model?.callable ?? handler ?? '',
    ...whatIsSaid({ method }),
    initialization: { ...model?.initialization, ...config },
  };
}

/** What is left open must not hide what the model says. */
function whatIsSaid<Source extends object>(source: Source): Partial<Source>;
function whatIsSaid(source: object): object {
  return Object.fromEntries(Object.entries(source).filter(([, value]: [string, unknown]) => value != null));
}

function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** `steps[7].retry` as `pay.retry`: nobody has seen the list that the number is from. */
function named(path: string, steps: readonly StepSource[]): string {
  return path.replace(/^steps\[(\d+)\]/, (whole, index: string) => steps[Number(index)]?.name ?? whole);
}
