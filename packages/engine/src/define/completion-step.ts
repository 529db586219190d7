import type { Json } from '@tasker/contract';
import type { SubmissionDecision, SubmissionHook } from '../lifecycle/2-submission/submission-hook.ts';
import type { StepContext } from '../lifecycle/4-execution/step-context.ts';
import { type BuiltStep, buildStep } from './built-step.ts';

/** The last step of a task whose definition has `onComplete`. */
const completionStepName = 'on_complete';

/** What there is to note about a task, by name. */
export type Notes = Readonly<Record<string, Json>>;

/** What `onComplete` is called with. */
export interface CompletionArguments<Input, Results, Context = StepContext> {
  /** The context of the task. */
  readonly input: Input;
  /** The results of all steps; null for those that were passed over. */
  readonly results: Results;
  readonly context: Context;
}

/** Bivariant, so that hooks that know their input are among these. */
export type CompletionHook = {
  bivariant(
    done: CompletionArguments<unknown, unknown, unknown>,
  ): Notes | undefined | void | Promise<Notes | undefined | void>;
}['bivariant'];

/** The parts of a step that say where it stands. */
interface StepInPlace {
  readonly name: string;
  readonly dependencies?: readonly string[] | null;
}

/**
 * The step that runs `onComplete`: behind all others, so that the task is complete with it and not before.
 *
 * @param template `namespace/name@version`
 */
export function completionStep(template: string, steps: readonly StepInPlace[], hook: CompletionHook): BuiltStep {
  const waitedFor = new Set(steps.flatMap(({ dependencies }) => dependencies ?? []));
  const sinks = steps.map(({ name }) => name).filter((name) => !waitedFor.has(name));
  const nothing = Object.fromEntries(steps.map(({ name }) => [name, null]));
  const callable = `${template}#${completionStepName}`;
  const step = buildStep(completionStepName, { after: sinks, handler: callable }, callable);
  return {
    ...step,
    handler: async (context: StepContext) => {
      const results = { ...nothing, ...context.dependencyResults };
      const notes = (await hook({ input: context.inputData, results, context })) ?? {};
      for (const [name, value] of Object.entries(notes)) context.annotate(name, value);
    },
  };
}

/** A submission hook whose added steps the last step waits for, too. */
export function beforeCompletion(hook: SubmissionHook): SubmissionHook {
  return (input) => {
    const decision = hook(input);
    const added = Object.keys(decision?.add ?? {});
    return added.length === 0 ? decision : withLastStep(decision ?? {}, added);
  };
}

function withLastStep(decision: SubmissionDecision, added: readonly string[]): SubmissionDecision {
  const { after = {} } = decision;
  return { ...decision, after: { ...after, [completionStepName]: [...(after[completionStepName] ?? []), ...added] } };
}
