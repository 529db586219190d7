import type { Json, JsonObject } from '@tasker/contract';
import type {
  AnnotationNames,
  Explanation,
  HandlerAnswer,
  HandlerList,
  HandlerNamespaceList,
  HealthStatusAnswer,
  LiveEvent,
  Liveness,
  NamespaceList,
  Readiness,
  StepAnswer,
  StepCommandAnswer,
  StepList,
  sortOrders,
  TaskAnswer,
  TaskCommandAnswer,
  TaskFilterInput,
  TaskGraph,
  TaskHistory,
  TaskList,
  TaskSubmission,
  TaskSubmitted,
  TemplateAnswer,
  TemplateDifferences,
  TemplateList,
  TemplateRegistered,
  taskSortColumns,
  WorkerList,
} from '@tasker/contract/wire';

/** What an operator may say with a command; kept in history. */
export interface Note {
  /** Why. */
  readonly reason?: string | undefined;
  /** Who. Whoever is authenticated counts more. */
  readonly actor?: string | undefined;
}

interface OfTask {
  readonly task_id: string;
}

interface OfStep extends OfTask {
  /** The step's id or name. */
  readonly step: string;
}

interface OfTemplate {
  readonly namespace: string;
  readonly name: string;
  /** Default: the latest. */
  readonly version?: string | undefined;
}

/** A template as an object in any dialect that files may have, or as YAML. */
export type TemplateText = { readonly template: object } | { readonly yaml: string };

export interface TemplateComparison {
  readonly namespace: string;
  readonly name: string;
  /** The version to start from. */
  readonly from: string;
  readonly from_revision?: number | undefined;
  /** Default: the latest version. */
  readonly to?: string | undefined;
  readonly to_revision?: number | undefined;
}

export interface WorkerQuery {
  /** Also those that are gone. */
  readonly all?: boolean | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
  /** Only workers older than the one of this id. */
  readonly before?: number | undefined;
}

/** Wire types say that a property may be missing; here it may be undefined just as well. */
type Lenient<Wire> = { readonly [Key in keyof Wire]: undefined extends Wire[Key] ? Wire[Key] | undefined : Wire[Key] };

export type TaskQuery = Lenient<TaskFilterInput> & {
  /** 1 to 100, default 20. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
  readonly offset?: number | undefined;
  readonly sort_by?: (typeof taskSortColumns)[number] | undefined;
  /** Default `desc`: the newest first. */
  readonly sort_order?: (typeof sortOrders)[number] | undefined;
};

export type TemplateQuery = { readonly [Key in keyof OfTemplate]?: string | undefined } & {
  /** 1 to 100, default 100. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
};

/** Everything that can be asked of Tasker: what it takes, and what it answers. */
export interface Operations {
  'task.submit': {
    /** The context is a JSON object, as the template's input schema says. */
    input: Lenient<Omit<TaskSubmission, 'context'>> & { readonly context: unknown };
    output: TaskSubmitted;
  };
  'task.list': { input: TaskQuery; output: TaskList };
  'task.show': { input: OfTask & { readonly include_dependencies?: boolean | undefined }; output: TaskAnswer };
  'task.update': {
    input: OfTask & Note & { readonly tags?: readonly string[] | undefined };
    output: TaskCommandAnswer;
  };
  'task.cancel': { input: OfTask & Note; output: TaskCommandAnswer };
  'task.retry': { input: OfTask & Note; output: TaskCommandAnswer };
  'task.explain': { input: OfTask; output: Explanation };
  'task.history': { input: OfTask; output: TaskHistory };
  'task.graph': { input: OfTask; output: TaskGraph };
  'annotation.names': { input: object; output: AnnotationNames };
  'step.list': { input: OfTask; output: StepList };
  'step.show': { input: OfStep; output: StepAnswer };
  'step.explain': { input: OfStep; output: Explanation };
  'step.update': {
    input: OfStep & Note & { readonly retry_limit?: number | undefined; readonly inputs?: JsonObject | undefined };
    output: StepCommandAnswer;
  };
  'step.cancel': { input: OfStep & Note; output: StepCommandAnswer };
  'step.retry': { input: OfStep & Note; output: StepCommandAnswer };
  'step.resolve': { input: OfStep & Note & { readonly result?: Json | undefined }; output: StepCommandAnswer };
  'step.skip': { input: OfStep & Note; output: StepCommandAnswer };
  'template.list': { input: TemplateQuery; output: TemplateList };
  'template.show': { input: OfTemplate & { readonly revision?: number | undefined }; output: TemplateAnswer };
  'template.register': { input: TemplateText & { readonly replace?: boolean | undefined }; output: TemplateRegistered };
  'template.diff': { input: TemplateComparison; output: TemplateDifferences };
  'handler.namespaces': { input: object; output: HandlerNamespaceList };
  'handler.list': { input: { readonly namespace: string }; output: HandlerList };
  'handler.show': { input: OfTemplate; output: HandlerAnswer };
  'worker.list': { input: WorkerQuery; output: WorkerList };
  'namespace.list': { input: object; output: NamespaceList };
  'health.live': { input: object; output: Liveness };
  'health.ready': { input: object; output: Readiness };
  'health.status': { input: object; output: HealthStatusAnswer };
}

export type OperationName = keyof Operations;
export type InputOf<Name extends OperationName> = Operations[Name]['input'];
export type OutputOf<Name extends OperationName> = Operations[Name]['output'];

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Sent with this request, where there are headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Carries operations to Tasker: over HTTP, or in any other way there is. */
export interface Caller {
  /** @throws {ClientError} or what the operation fails with where it is carried out */
  call<Name extends OperationName>(name: Name, input: InputOf<Name>, options?: CallOptions): Promise<OutputOf<Name>>;
  /** What happens to a task from now on. Without it, the history is asked for again and again. */
  readonly listen?: Listen;
  /** How often history is asked for, without `listen`. Default 1,000. */
  readonly pollMs?: number;
}

/** Undefined comes first: from then on everything is told, and what was before is in the history. It may come again. */
export type Listen = (subscription: Subscription) => AsyncIterable<LiveEvent | undefined>;

export interface Subscription {
  readonly taskId: string;
  readonly signal: AbortSignal;
}
