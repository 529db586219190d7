import type { Json, JsonObject } from '@tasker/contract';
import { InvalidOptions, InvalidTemplate, TaskerError } from '../../errors.ts';
import type { AddedStep, GraphChange } from '../../graph/graph-change.ts';
import type { Plan } from '../../graph/plan.ts';
import { annotationText } from '../../json/annotation-text.ts';

/** What a definition makes of a task's context when the task is submitted. */
export interface SubmissionDecision<Step extends string = string> {
  /** −100 to 100, higher goes first; what the request says goes before it. */
  readonly priority?: number;
  /** Other limits for single steps of this task. */
  readonly steps?: { readonly [Name in Step]?: StepLimits };
  /** Steps to pass over, which must be skippable, besides those that the request says. */
  readonly skip?: readonly Step[];
  /** By name: steps that this task has besides those of the template. */
  readonly add?: Readonly<Record<string, AddedStep<Step>>>;
  /** By name of a step: what it runs after besides, added steps among it. */
  readonly after?: { readonly [Name in Step]?: readonly string[] };
  /** What to note about the task, by name. */
  readonly annotations?: Readonly<Record<string, Json>>;
}

export interface StepLimits {
  /** Total attempts, 1 to 1000. */
  readonly maxAttempts?: number;
  /** How long one attempt may take, from 0.001 s to 20 days. */
  readonly timeoutSeconds?: number;
}

/** Bivariant, so that hooks that know their input are among these. */
export type SubmissionHook = { bivariant(context: unknown): SubmissionDecision | undefined }['bivariant'];

/** What the hook answered, of the right form; whether it fits the graph of the task is found out with that. */
export interface Decision {
  readonly priority: number | undefined;
  readonly limits: readonly { readonly name: string; readonly limit: StepLimits }[];
  readonly skip: readonly string[];
  /** Undefined: the task has the graph of its template. */
  readonly change: GraphChange | undefined;
  /** `value`: JSON text. */
  readonly annotations: readonly { readonly name: string; readonly value: string }[];
}

/** A decision as it is written. */
export interface Decided {
  readonly priority: number | undefined;
  readonly edits: readonly {
    readonly step: number;
    readonly maxAttempts: number | null;
    readonly timeoutMs: number | null;
  }[];
  readonly skips: readonly number[];
  readonly annotations: Decision['annotations'];
}

export const nothingDecided: Decision = {
  priority: undefined,
  limits: [],
  skip: [],
  change: undefined,
  annotations: [],
};

/**
 * Asks the hook and checks the form of its answer.
 *
 * @throws {InvalidOptions} with everything that is wrong with the answer, or with what the hook threw; errors of Tasker
 *   that the hook throws are thrown on
 */
export function decide(plan: Plan, hook: SubmissionHook, context: JsonObject): Decision {
  const decision = ask(plan, hook, context) ?? {};
  const { priority, steps = {}, skip = [], add = {}, after = {}, annotations = {} } = decision;
  const limits = Object.entries(steps).flatMap(([name, limit]) => (limit === undefined ? [] : [{ name, limit }]));
  refuse(plan, [
    ...problemsOfKeys(decision),
    ...problemsOfPriority(priority),
    ...limits.flatMap(({ name, limit }) => problemsOfLimits(name, limit)),
  ]);
  return {
    priority,
    limits,
    skip,
    change: changeOf(add, after),
    annotations: Object.entries(annotations).map(([name, value]) => ({ name, value: annotationText(name, value) })),
  };
}

function ask(plan: Plan, hook: SubmissionHook, context: JsonObject): SubmissionDecision | undefined {
  try {
    return hook(context);
  } catch (error) {
    if (error instanceof TaskerError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new InvalidOptions([`${subject(plan)}: it threw: ${message}`], error);
  }
}

function changeOf(add: GraphChange['add'], after: Readonly<Record<string, readonly string[] | undefined>>) {
  const more = Object.entries(after).flatMap(([name, parents]) =>
    parents === undefined || parents.length === 0 ? [] : [[name, parents] as const],
  );
  if (Object.keys(add).length + more.length === 0) return undefined;
  return { add, after: Object.fromEntries(more) };
}

/**
 * The decision for the graph that the task has.
 *
 * @throws {InvalidOptions} with the steps that it names and that are not there, or not skippable
 */
export function fitDecision(plan: Plan, decision: Decision): Decided {
  if (decision === nothingDecided) return nothingToWrite;
  const { priority, limits, skip, annotations } = decision;
  const positionOf = (name: string) => plan.positionByName.get(name);
  refuse(plan, [
    ...[...limits.map(({ name }) => name), ...skip].flatMap((name) =>
      positionOf(name) === undefined ? [`there is no step \`${name}\`.`] : [],
    ),
    ...skip.flatMap((name) =>
      plan.steps[positionOf(name) ?? -1]?.skippable === false ? [`\`${name}\` is not skippable.`] : [],
    ),
  ]);
  return {
    priority,
    edits: limits.map(({ name, limit: { maxAttempts = null, timeoutSeconds } }) => ({
      step: positionOf(name) ?? 0,
      maxAttempts,
      timeoutMs: timeoutSeconds === undefined ? null : Math.round(timeoutSeconds * 1000),
    })),
    skips: skip.map((name) => positionOf(name) ?? 0),
    annotations,
  };
}

const nothingToWrite: Decided = { priority: undefined, edits: [], skips: [], annotations: [] };

/** What is wrong with the graph that a decision makes, as a fault of the hook that made it. */
export function blameHook(plan: Plan, error: unknown): unknown {
  if (!(error instanceof InvalidTemplate)) return error;
  const problems = error.problems.map(
    ({ path, message, remedy }) =>
      `${subject(plan)}: ${path === '' ? '' : `${path}: `}${message}${remedy === undefined ? '' : ` ${remedy}`}`,
  );
  return new InvalidOptions(problems, error);
}

function refuse(plan: Plan, problems: readonly string[]): void {
  if (problems.length > 0) throw new InvalidOptions(problems.map((problem) => `${subject(plan)}: ${problem}`));
}

const subject = ({ namespace, name, version }: Plan) => `onSubmit of ${namespace}/${name}@${version}`;

function problemsOfKeys(decision: object): string[] {
  if (decision instanceof Promise) return ['it is asynchronous. Decide from the context alone.'];
  return Object.keys(decision)
    .filter((key) => !known.has(key))
    .map((key) => `it may not decide \`${key}\`, only ${[...known].join(', ')}.`);
}

const known: ReadonlySet<string> = new Set<keyof SubmissionDecision>([
  'priority',
  'steps',
  'skip',
  'add',
  'after',
  'annotations',
]);

function problemsOfPriority(priority: number | undefined): string[] {
  if (priority === undefined || isWithin(priority, -100, 100)) return [];
  return [`priority must be a whole number from -100 to 100, not ${priority}.`];
}

function problemsOfLimits(name: string, { maxAttempts, timeoutSeconds }: StepLimits): string[] {
  const milliseconds = timeoutSeconds === undefined ? undefined : Math.round(timeoutSeconds * 1000);
  return [
    ...(maxAttempts === undefined || isWithin(maxAttempts, 1, 1000)
      ? []
      : [`maxAttempts of \`${name}\` must be a whole number from 1 to 1000, not ${maxAttempts}.`]),
    ...(milliseconds === undefined || isWithin(milliseconds, 1, longestTimeoutMs)
      ? []
      : [
          `timeoutSeconds of \`${name}\` must be a number from 0.001 to ${longestTimeoutMs / 1000}, not ${timeoutSeconds}.`,
        ]),
  ];
}

/** What timers can wait for, rounded down to days. */
const longestTimeoutMs = 20 * 86_400_000;

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
