import type { Json } from '@tasker/contract';
import type { StepContext } from '../lifecycle/4-execution/step-context.ts';

/** What a builder knows of the steps it has: what each returns, and what is upstream of it. */
export type KnownSteps = Readonly<Record<string, KnownStep>>;

export interface KnownStep {
  readonly result: unknown;
  /** A union of step names. */
  readonly upstream: string;
}

/** The {@link StepContext} of a step whose input and upstream results have known types. */
export interface TypedStepContext<Input, Steps extends KnownSteps, Upstream extends string>
  extends Omit<StepContext, TypedMember> {
  readonly inputData: Input;
  getInput<Key extends keyof Input & string>(key: Key): InputValue<Input, Key>;
  getInputOr<Key extends keyof Input & string, Fallback>(
    key: Key,
    fallback: Fallback,
  ): Exclude<InputValue<Input, Key>, undefined> | Fallback;
  /** The result of any step upstream, not only of those named in `after`. */
  getDependencyResult<Name extends Upstream>(stepName: Name): Steps[Name & keyof Steps]['result'];
  getDependencyField(stepName: Upstream, ...path: readonly (string | number)[]): Json;
  readonly dependencyResults: { readonly [Name in Upstream]?: Steps[Name & keyof Steps]['result'] };
}

type TypedMember =
  | 'inputData'
  | 'getInput'
  | 'getInputOr'
  | 'getDependencyResult'
  | 'getDependencyField'
  | 'dependencyResults';

/** A key that the type does not name may be absent. */
type InputValue<Input, Key extends keyof Input> = string extends keyof Input ? Input[Key] | undefined : Input[Key];
