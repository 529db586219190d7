import type { Json, JsonObject } from '@tasker/contract';
import { InvalidOptions } from '../../errors.ts';
import type { Plan } from '../../graph/plan.ts';
import { annotationText } from '../../json/annotation-text.ts';

/** What a definition makes of a task's context when the task is submitted. */
export interface SubmissionDecision<Step extends string = string> {
  /** −100 to 100, higher goes first; what the request says goes before it. */
  readonly priority?: number;
  /** Other limits for single steps of this task. */
  readonly steps?: { readonly [Name in Step]?: StepLimits };
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

/** A decision as it is written. */
export interface Decided {
  readonly priority: number | undefined;
  readonly edits: readonly {
    readonly step: number;
    readonly maxAttempts: number | null;
    readonly timeoutMs: number | null;
  }[];
  /** `value`: JSON text. */
  readonly annotations: readonly { readonly name: string; readonly value: string }[];
}

export const nothingDecided: Decided = { priority: undefined, edits: [], annotations: [] };

/**
 * Asks the hook and checks its answer.
 *
 * @throws {InvalidOptions} with everything that is wrong with the answer; and whatever the hook throws
 */
export function decide(plan: Plan, hook: SubmissionHook, context: JsonObject): Decided {
  const decision = hook(context) ?? {};
  const { priority, steps = {}, annotations = {} } = decision;
  const limits = Object.entries(steps).flatMap(([name, limit]) => (limit === undefined ? [] : [{ name, limit }]));
  const problems = [
    ...problemsOfKeys(decision),
    ...problemsOfPriority(priority),
    ...limits.flatMap(({ name, limit }) => problemsOfLimits(plan, name, limit)),
  ];
  if (problems.length > 0) {
    const { namespace, name, version } = plan;
    throw new InvalidOptions(problems.map((problem) => `onSubmit of ${namespace}/${name}@${version}: ${problem}`));
  }
  return {
    priority,
    edits: limits.map(({ name, limit: { maxAttempts = null, timeoutSeconds } }) => ({
      step: plan.positionByName.get(name) ?? 0,
      maxAttempts,
      timeoutMs: timeoutSeconds === undefined ? null : Math.round(timeoutSeconds * 1000),
    })),
    annotations: Object.entries(annotations).map(([name, value]) => ({ name, value: annotationText(name, value) })),
  };
}

function problemsOfKeys(decision: object): string[] {
  if (decision instanceof Promise) return ['it is asynchronous. Decide from the context alone.'];
  return Object.keys(decision)
    .filter((key) => !known.has(key))
    .map((key) => `it may not decide \`${key}\`, only ${[...known].join(', ')}.`);
}

const known: ReadonlySet<string> = new Set<keyof SubmissionDecision>(['priority', 'steps', 'annotations']);

function problemsOfPriority(priority: number | undefined): string[] {
  if (priority === undefined || isWithin(priority, -100, 100)) return [];
  return [`priority must be a whole number from -100 to 100, not ${priority}.`];
}

function problemsOfLimits(plan: Plan, name: string, { maxAttempts, timeoutSeconds }: StepLimits): string[] {
  const milliseconds = timeoutSeconds === undefined ? undefined : Math.round(timeoutSeconds * 1000);
  return [
    ...(plan.positionByName.has(name) ? [] : [`there is no step \`${name}\`.`]),
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
