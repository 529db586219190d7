import type { Json, JsonObject, TerminalTaskState } from '@tasker/contract';
import type { TaskResource, TaskSubmitted } from '@tasker/contract/wire';
import type { InputOf } from './operations.ts';

/**
 * What the client wants to know of a definition: what it is submitted with and what its steps result in. What
 * `defineTask` makes has it, and `import type` is enough to give it.
 */
export interface TypedTask {
  readonly '~types': { readonly submitted: unknown; readonly results: unknown };
}

/** A task whose definition is not at hand. */
export interface UntypedTask extends TypedTask {
  readonly '~types': { readonly submitted: JsonObject; readonly results: Readonly<Record<string, Json>> };
}

/** What may be said about a task when it is submitted. */
export type Submission<Task extends TypedTask = UntypedTask> = Omit<
  InputOf<'task.submit'>,
  'context' | 'idempotency_key' | 'workflow_name' | 'workflow_version' | 'name'
> & {
  /** Of the template. */
  readonly name: string;
  readonly context: Task['~types']['submitted'];
  /**
   * A second submission with the same key is answered with the task of the first. Default: a key of its own, so that
   * the request may be made again when no answer comes. Null: none; then what the template says about identity counts
   * (`strict`, `caller_provided`), and a request without an answer fails.
   */
  readonly idempotency_key?: string | null | undefined;
};

/** How a task ended; a complete one has the results of all its steps but those that were skipped. */
export type Outcome<Task extends TypedTask = UntypedTask> = {
  /** As the server shows it. */
  readonly task: TaskResource;
} & (
  | { readonly status: 'complete'; readonly results: Task['~types']['results'] }
  | {
      readonly status: Exclude<TerminalTaskState, 'complete'>;
      readonly results: {
        readonly [Step in keyof Task['~types']['results']]?: Task['~types']['results'][Step];
      };
    }
);

export interface WaitOptions {
  /** Default: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the server answered, and how to wait for the end. */
export interface SubmittedTask<Task extends TypedTask = UntypedTask> extends TaskSubmitted {
  /** @throws {WaitTimedOut} after `timeoutMs`; the task goes on */
  completed(options?: WaitOptions): Promise<Outcome<Task>>;
}
