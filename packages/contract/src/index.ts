export { attemptErrorCodes, type ErrorCode, errorCatalogue } from './error-codes.ts';
export type { ErrorRecord } from './error-record.ts';
export {
  type EventBase,
  type EventName,
  type EventOf,
  eventNames,
  type HandlerEvent,
  type StepEvent,
  type SubscriberEvent,
  type TaskEvent,
  type TaskerEvent,
  type TemplateEvent,
} from './events.ts';
export type { Json, JsonObject } from './json.ts';
export type { TemplateProblem, Violation } from './problems.ts';
export { type Distribution, distributions, type Utilization, utilizations } from './registry-marks.ts';
export {
  isSettled,
  isTerminal,
  type SettledStepState,
  type StepState,
  settledStepStates,
  stepStates,
  type TaskState,
  type TerminalTaskState,
  taskStates,
  terminalTaskStates,
} from './states.ts';
export {
  type BackoffKind,
  type BatchDocument,
  type BatchFailureStrategy,
  backoffKinds,
  batchFailureStrategies,
  type CustomEventDocument,
  type DomainEventDocument,
  type EventCondition,
  type EventDeliveryMode,
  eventConditions,
  eventDeliveryModes,
  type HandlerDocument,
  type IdentityStrategy,
  identityStrategies,
  type LifecycleDocument,
  type PublishedEventDocument,
  type RetryDocument,
  type StalenessAction,
  type StepDocument,
  type StepLifecycleDocument,
  type StepType,
  stalenessActions,
  stepTypes,
  type TemplateDocument,
} from './template-document.ts';
export { type TemplateProblemCode, templateProblemCodes } from './template-problem-codes.ts';
export { readTraceparent, traceparentOf } from './traceparent.ts';
