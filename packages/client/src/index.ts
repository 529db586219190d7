export { type Client, clientOver } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export { createClient } from './create-client.ts';
export {
  ClientError,
  Conflict,
  ConnectionFailed,
  type Failure,
  NotAllowed,
  NotFound,
  RequestRefused,
  ServerUnavailable,
  WaitTimedOut,
} from './errors.ts';
export type {
  Caller,
  CallOptions,
  InputOf,
  Listen,
  Note,
  OperationName,
  Operations,
  OutputOf,
  Subscription,
  TaskQuery,
  TemplateComparison,
  TemplateText,
  WorkerQuery,
} from './operations.ts';
export type { Outcome, Submission, SubmittedTask, TypedTask, UntypedTask, WaitOptions } from './typed-task.ts';
export type { WatchedEvent, WatchOptions } from './watch-task.ts';
