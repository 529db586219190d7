export { type Clock, systemClock } from './clock.ts';
export type { CommandResult, Control, OperatorNote, StepEdit } from './control/control.ts';
export * from './define.ts';
export { createTasker } from './engine/create-tasker.ts';
export type { TaskerLogger } from './engine/logger.ts';
export type {
  AnyTaskDefinition,
  ForeignTransaction,
  Outcome,
  SubmitOptions,
  Tasker,
  TaskHandle,
  UntypedResults,
} from './engine/tasker.ts';
export type { TaskerOptions } from './engine/tasker-options.ts';
export * from './errors.ts';
export type { TaskRequest } from './lifecycle/2-submission/task-request.ts';
export type { WorkerOptions } from './worker/worker-options.ts';
