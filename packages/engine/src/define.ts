/**
 * Everything for writing tasks and handlers, without what runs them: no database driver comes with it.
 */
export type { Json, JsonObject, TemplateDocument } from '@tasker/contract';
export type { CompletionArguments, Notes } from './define/completion-step.ts';
export {
  type AnyTaskDefinition,
  defineTask,
  type InputOf,
  type MoreOfTask,
  type ResultsOf,
  type SubmittedOf,
  TaskDefinition,
  type TaskOptions,
} from './define/define-task.ts';
export { jsonSchema, type SchemaSource, type TypedJsonSchema } from './define/schema-source.ts';
// The compiler writes NoSteps into the declarations of programs that export a definition.
export type { MoreOfStep, NoSteps, RunArguments, StepSettings } from './define/step-options.ts';
export { type TaskFromTemplateOptions, TemplateDefinition, taskFromTemplate } from './define/task-from-template.ts';
export type { TypedStepContext } from './define/typed-step-context.ts';
export { InvalidTemplate, TaskerError } from './errors.ts';
export type { AddedStep } from './graph/graph-change.ts';
export type { RetryPolicy } from './graph/plan.ts';
export type { StepLimits, SubmissionDecision, SubmissionHook } from './lifecycle/2-submission/submission-hook.ts';
export {
  type AggregationScenario,
  aggregateBatchResults,
  aggregateBatchWorkerResults,
  type BatchTotals,
  detectAggregationScenario,
  noBatchesAggregationResult,
} from './lifecycle/4-execution/batch/batch-aggregation.ts';
export {
  type BatchProcessingOutcome,
  createBatches,
  isCreateBatches,
  isNoBatches,
  noBatches,
  type WireCursor,
} from './lifecycle/4-execution/batch/batch-outcome.ts';
export {
  type BatchWorkerContext,
  type BatchWorkerInputs,
  createBatchWorkerContext,
} from './lifecycle/4-execution/batch/batch-worker-context.ts';
export {
  BatchableStepHandler,
  type BatchWorkerOutcome,
} from './lifecycle/4-execution/batch/batchable-step-handler.ts';
export {
  type BatchCursor,
  type CursorConfig,
  createCursorConfig,
  createCursorConfigs,
  createCursorRanges,
} from './lifecycle/4-execution/batch/cursor.ts';
export {
  type BatchAnalyzerNeeds,
  type BatchMeasure,
  defineBatchAnalyzer,
} from './lifecycle/4-execution/batch/define-batch-analyzer.ts';
export { type BatchWorkerArguments, defineBatchWorker } from './lifecycle/4-execution/batch/define-batch-worker.ts';
export { DecisionHandler } from './lifecycle/4-execution/decision/decision-handler.ts';
export type {
  DecisionPointOutcome,
  DecisionResult,
  DecisionType,
} from './lifecycle/4-execution/decision/decision-outcome.ts';
export { Decision, defineDecisionHandler } from './lifecycle/4-execution/decision/define-decision-handler.ts';
export { type DefinedHandler, defineHandler } from './lifecycle/4-execution/define-handler.ts';
export type {
  Handler,
  HandlerClass,
  HandlerFunction,
  HandlerInstance,
} from './lifecycle/4-execution/handler.ts';
export {
  PermanentError,
  type PermanentErrorOptions,
  RetryableError,
  type RetryableErrorOptions,
} from './lifecycle/4-execution/handler-errors.ts';
export type { HandlerArguments, HandlerNeeds } from './lifecycle/4-execution/handler-needs.ts';
export {
  filterSensitive,
  type ResultTransform,
  resultPipeline,
  sensitiveWords,
  type WithMetrics,
  type WithoutKeys,
  withMetrics,
  withoutKeys,
} from './lifecycle/4-execution/result-pipeline.ts';
export type { Checkpoint, StepContext, StepLogger } from './lifecycle/4-execution/step-context.ts';
export { StepHandler } from './lifecycle/4-execution/step-handler.ts';
export { type ErrorType, type ResultEnvelope, StepHandlerResult } from './lifecycle/4-execution/step-handler-result.ts';
export { TransformingStepHandler } from './lifecycle/4-execution/transforming-step-handler.ts';
