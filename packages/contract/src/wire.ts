/**
 * The wire: what HTTP answers with and takes, as TypeBox schemas (JSON Schema 2020-12) and their types. Names are
 * snake_case, times ISO 8601 in UTC, durations in the unit that ends their name. A schema with a title is a resource of
 * its own in the OpenAPI document. Runs in browsers.
 */
export { type DependencyAnalysis, dependencyAnalysisSchema } from './wire/dependency-analysis.ts';
export { type ErrorAnswer, errorAnswerSchema } from './wire/error.ts';
export {
  historyKinds,
  type LiveEvent,
  liveEventSchema,
  type TaskHistory,
  type TaskHistoryEvent,
  taskHistoryEventSchema,
  taskHistorySchema,
} from './wire/event.ts';
export { type ExplainReason, type Explanation, explainReasonSchema, explanationSchema } from './wire/explanation.ts';
export {
  type DependencyGraph,
  dependencyGraphSchema,
  type GraphEdge,
  type GraphFormat,
  graphEdgeSchema,
  graphFormatSchema,
  graphFormats,
  type TaskGraph,
  type TemplateGraph,
  taskGraphSchema,
  templateGraphSchema,
} from './wire/graph.ts';
export {
  type HandlerAnswer,
  type HandlerDetail,
  type HandlerList,
  type HandlerNamespaceList,
  handlerAnswerSchema,
  handlerDetailSchema,
  handlerListSchema,
  handlerNamespaceListSchema,
} from './wire/handler.ts';
export {
  type HealthStatusAnswer,
  healthStatusSchema,
  type Liveness,
  livenessSchema,
  type Readiness,
  readinessSchema,
  type SystemCounts,
  systemCountsSchema,
} from './wire/health.ts';
export { type NamespaceList, type NamespaceResource, namespaceListSchema, namespaceSchema } from './wire/namespace.ts';
export {
  type StepAnswer,
  type StepCommandAnswer,
  type StepList,
  type StepResource,
  stepAnswerSchema,
  stepCommandAnswerSchema,
  stepListSchema,
  stepSchema,
} from './wire/step.ts';
export {
  type AnnotationNames,
  annotationNamesSchema,
  sortOrders,
  type TaskAnswer,
  type TaskCommandAnswer,
  type TaskFilterInput,
  type TaskList,
  type TaskResource,
  type TaskSubmission,
  type TaskSubmitted,
  type TaskSummaryResource,
  taskAnswerSchema,
  taskCommandAnswerSchema,
  taskFilterProperties,
  taskListSchema,
  taskSchema,
  taskSortColumns,
  taskSubmissionSchema,
  taskSubmittedSchema,
  taskSummarySchema,
} from './wire/task.ts';
export {
  type TemplateAnswer,
  type TemplateDifferences,
  type TemplateList,
  type TemplateRegistered,
  type TemplateResource,
  type TemplateSummary,
  templateAnswerSchema,
  templateDifferencesSchema,
  templateListSchema,
  templateRegisteredSchema,
  templateSchema,
  templateSummarySchema,
} from './wire/template.ts';
export {
  correlationIdForm,
  correlationIdSchema,
  jsonObjectSchema,
  jsonSchema,
  nameSchema,
  nullable,
  offsetSchema,
  pageSizeSchema,
  timeSchema,
  versionSchema,
} from './wire/values.ts';
export { type WorkerList, type WorkerResource, workerListSchema, workerSchema } from './wire/worker.ts';
