import type { Client } from '@tasker/client';
import type { StepContext } from '@tasker/engine/define';

/** Where a step hands its work, and which. */
export interface DelegationOptions {
  /** The other Tasker, as for `createClient`; a function decides per attempt. Give this or `client`. */
  readonly url?: string | ((context: StepContext) => string);
  /** Sent as `Authorization: Bearer …`; a function is asked anew in each attempt. With `url`. */
  readonly token?: string | (() => string | Promise<string>);
  /** A client of your own. It should not retry by itself: the step does, and its history tells. */
  readonly client?: Client;
  /** Of the template there. Default `default`. */
  readonly namespace?: string;
  /** Of the template there. */
  readonly name: string;
  /** Of the template there: the one that this was tested with. Default: the latest. */
  readonly version?: string;
  /** The context of the task there. */
  readonly context: (context: StepContext) => object | Promise<object>;
  /** The step ends when the task there has ended, and as it has ended. Default: when it is created there. */
  readonly wait?: boolean;
  /** Who is said to have submitted the task, from where and why. */
  readonly initiator?: string;
  readonly sourceSystem?: string;
  readonly reason?: string | ((context: StepContext) => string);
  readonly priority?: number;
  readonly tags?: readonly string[];
}

/** What a step that delegates results in. */
export interface Delegated {
  readonly task_delegated: true;
  readonly target_namespace: string;
  readonly target_workflow: string;
  readonly target_version: string | null;
  readonly delegated_task_id: string;
  /** When the step ended. */
  readonly delegated_task_status: string;
  /** ISO 8601. */
  readonly delegation_timestamp: string;
  readonly correlation_id: string;
  /** With `wait`: what the steps there resulted in. */
  readonly delegated_task_results?: object;
}
