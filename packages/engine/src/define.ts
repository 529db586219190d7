/**
 * Everything for writing tasks and handlers, without what runs them: no database driver comes with it.
 */
export type { Json, JsonObject, TemplateDocument } from '@tasker/contract';
export {
  type AnyTaskDefinition,
  defineTask,
  type InputOf,
  type ResultsOf,
  type SubmittedOf,
  TaskDefinition,
  type TaskOptions,
} from './define/define-task.ts';
export { jsonSchema, type SchemaSource, type TypedJsonSchema } from './define/schema-source.ts';
// The compiler writes NoSteps into the declarations of programs that export a definition.
export type { NoSteps, RunArguments, StepSettings } from './define/step-options.ts';
export type { TypedStepContext } from './define/typed-step-context.ts';
export { InvalidTemplate, TaskerError } from './errors.ts';
export type { RetryPolicy } from './graph/plan.ts';
export { type DefinedHandler, defineHandler } from './lifecycle/4-execution/define-handler.ts';
export type { HandlerNeeds } from './lifecycle/4-execution/handler-needs.ts';
export {
  PermanentError,
  type PermanentErrorOptions,
  RetryableError,
  type RetryableErrorOptions,
} from './lifecycle/4-execution/handler-errors.ts';
export type {
  Handler,
  HandlerClass,
  HandlerFunction,
  HandlerInstance,
} from './lifecycle/4-execution/handler.ts';
export type { StepContext, StepLogger } from './lifecycle/4-execution/step-context.ts';
export { StepHandler } from './lifecycle/4-execution/step-handler.ts';
export { type ErrorType, StepHandlerResult } from './lifecycle/4-execution/step-handler-result.ts';
