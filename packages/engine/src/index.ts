export type { EventName, EventOf } from '@tasker/contract';
export { mapObjects, type SystemObject } from './annotations/map-objects.ts';
export { type Clock, systemClock } from './clock.ts';
export type { CommandResult, Control, OperatorNote, StepEdit, TaskEdit } from './control/control.ts';
export { type ToBuilderOptions, toBuilder } from './define/to-builder.ts';
export * from './define.ts';
export { type DrawGraphOptions, drawGraph, type GraphFormat, graphFormats } from './draw/draw-graph.ts';
export type { Graph, GraphNode } from './draw/graph.ts';
export { graphOfTask, graphOfTemplate, type TaskToDraw } from './draw/graph-of.ts';
export { drawRails, type RailLine, type RailStep } from './draw/rails.ts';
export { type CacheConfig, cacheDefaults, cacheProblems } from './engine/config/cache-config.ts';
export { type LogLevel, logLevels, type TaskerConfig } from './engine/config/config.ts';
export { type LoadConfigOptions, type LoadedConfig, loadConfig } from './engine/config/load-config.ts';
export { optionsFromConfig } from './engine/config/options-from-config.ts';
export type { SettingOrigin } from './engine/config/setting-reader.ts';
export { createTasker } from './engine/create-tasker.ts';
export type { TaskerLogger } from './engine/logger.ts';
export type { FreshTask } from './engine/task-as-submitted.ts';
export type {
  AnyTaskDefinition,
  ForeignTransaction,
  Outcome,
  RegisterOptions,
  SubmitOptions,
  Tasker,
  TaskHandle,
  TemplateFile,
  UntypedResults,
  WaitOptions,
} from './engine/tasker.ts';
export type { TaskerOptions } from './engine/tasker-options.ts';
export * from './errors.ts';
export type {
  EventListener,
  EventMatching,
  EventPattern,
  Subscribe,
  SubscribeOptions,
  SubscriptionView,
} from './events/event-bus.ts';
export type { SubscriptionStatistics } from './events/subscription-statistics.ts';
export { analyseGraph, type GraphAnalysis } from './graph/analyse-graph.ts';
export { stepIdPrefix } from './graph/step-id.ts';
export { isVersion } from './graph/version-order.ts';
export { type BreakingChange, breakingChanges } from './lifecycle/1-template/breaking-changes.ts';
export { type Conversion, type ConvertOptions, convertTemplates } from './lifecycle/1-template/convert-templates.ts';
export { diffTemplates, type TemplateDifference } from './lifecycle/1-template/diff-templates.ts';
export { currentEnvironment } from './lifecycle/1-template/language/environment.ts';
export { nearestName } from './lifecycle/1-template/language/nearest-name.ts';
export type { Variables } from './lifecycle/1-template/language/variables.ts';
export {
  type LoadedTemplate,
  type LoadTemplatesOptions,
  loadTemplates,
  type TemplateLoad,
} from './lifecycle/1-template/load-templates.ts';
export {
  examineTemplate,
  type ReadTemplateOptions,
  readTemplate,
  type TemplateFindings,
} from './lifecycle/1-template/read-template.ts';
export {
  examineTemplateYaml,
  type ReadYamlOptions,
  readTemplateYaml,
  type YamlFindings,
} from './lifecycle/1-template/read-template-yaml.ts';
export { type ToYamlOptions, toYaml } from './lifecycle/1-template/to-yaml.ts';
export {
  type TemplateChanges,
  type TemplateWatch,
  type WatchTemplatesOptions,
  watchTemplates,
} from './lifecycle/1-template/watch-templates.ts';
export type { TaskRequest } from './lifecycle/2-submission/task-request.ts';
export type { ApiAuth } from './lifecycle/4-execution/api/api-auth.ts';
export type { ApiConfig, ApiParam, ApiParams } from './lifecycle/4-execution/api/api-config.ts';
export type { ApiConnection, ApiRequestOptions } from './lifecycle/4-execution/api/api-connection.ts';
export { ApiResponse, type StoredResponse } from './lifecycle/4-execution/api/api-response.ts';
export type { ApiSsl } from './lifecycle/4-execution/api/api-ssl.ts';
export { ApiStepHandler } from './lifecycle/4-execution/api/api-step-handler.ts';
export {
  type ApiHandlerArguments,
  type ApiHandlerNeeds,
  defineApiHandler,
} from './lifecycle/4-execution/api/define-api-handler.ts';
export type { HandlerProblem, TemplateHandlers } from './lifecycle/4-execution/handler-report.ts';
export type { HandlerResolver } from './lifecycle/4-execution/handler-resolver.ts';
export type { HandlerModules } from './lifecycle/4-execution/module-resolver.ts';
export type { Handlers } from './lifecycle/4-execution/named-handlers.ts';
export { printableUrl } from './postgres/connection-url.ts';
export type { Database, Queryable, SqlValue, Statement } from './postgres/database.ts';
export { defaultDatabaseUrl, type OpenDatabaseOptions, openDatabase } from './postgres/open-database.ts';
export { isConnectionLoss } from './postgres/sqlstate.ts';
export { assessRegistry, type RegistryCounts, type RegistryMarks } from './registries/assess-registry.ts';
export { describeExecution, type ExecutionSummary, type NextAction } from './views/describe-execution.ts';
export { describeReadiness, type ReadinessDescription } from './views/describe-readiness.ts';
export {
  type ExplainSubject,
  explain,
  explainSeveral,
  type Reason,
  type ReasonKind,
} from './views/explain.sql.ts';
export {
  type AnnotatedPage,
  type Annotation,
  type AnnotationFilter,
  findAnnotatedTasks,
  findAnnotations,
  findAnnotationsOfTasks,
  listAnnotationNames,
  type TaskAnnotation,
} from './views/find-annotations.sql.ts';
export {
  type ExecutionContext,
  type ExecutionStatus,
  findExecutionContexts,
  type HealthStatus,
  type RecommendedAction,
} from './views/find-execution-contexts.sql.ts';
export { findMappedObjects, type MappedObject } from './views/find-mapped-objects.sql.ts';
export { findReadiness, type StepReadiness } from './views/find-readiness.sql.ts';
export { findSteps, type StepView } from './views/find-steps.sql.ts';
export { findTask, findTasks, type TaskSummary, type TaskView } from './views/find-task.sql.ts';
export {
  findTemplate,
  findTemplates,
  type RevisionView,
  type TemplateDetail,
  type TemplateReference,
} from './views/find-template.sql.ts';
export { type HealthCounts, healthCounts } from './views/health-counts.sql.ts';
export { type Circuit, listCircuits } from './views/list-circuits.sql.ts';
export { type DependentSystemView, listDependentSystems } from './views/list-dependent-systems.sql.ts';
export { type EventView, listEvents } from './views/list-events.sql.ts';
export { listNamespaces, type NamespaceView } from './views/list-namespaces.sql.ts';
export { listTasks, type TaskPage, type TaskPageRequest } from './views/list-tasks.sql.ts';
export {
  listTemplateNames,
  type TemplateNamePage,
  type TemplateNamePageRequest,
  type TemplateVersions,
} from './views/list-template-names.sql.ts';
export {
  listTemplates,
  type TemplateFilter,
  type TemplatePage,
  type TemplatePageRequest,
  type TemplatePosition,
  type TemplateView,
} from './views/list-templates.sql.ts';
export { listWorkers, type WorkerFilter, type WorkerView } from './views/list-workers.sql.ts';
export {
  type NewsFact,
  type NewsFilter,
  type NewsHorizon,
  type NewsPosition,
  type NewsRequest,
  readHorizon,
  readNews,
} from './views/read-news.sql.ts';
export {
  listUnservedHandlers,
  type RegistryHealth,
  registryHealth,
  type UnservedHandler,
} from './views/registry-health.sql.ts';
export {
  type NamespaceStatistics,
  type RegistryStatistics,
  registryStatistics,
} from './views/registry-statistics.sql.ts';
export { type StepEdge, type TaskDetail, taskDetail } from './views/task-detail.ts';
export {
  type FactOfTask,
  type HistoryFact,
  type HistoryKind,
  taskHistories,
  taskHistory,
} from './views/task-history.sql.ts';
export type { TaskFilter } from './views/task-search.ts';
export type { WorkerOptions } from './worker/worker-options.ts';
