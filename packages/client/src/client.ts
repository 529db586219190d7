import type { Caller, InputOf, OperationName, OutputOf } from './operations.ts';
import { randomId } from './random-id.ts';
import type { Outcome, Submission, SubmittedTask, TypedTask, UntypedTask, WaitOptions } from './typed-task.ts';
import { waitForTask } from './wait-for-task.ts';
import { type WatchedEvent, type WatchOptions, watchTask } from './watch-task.ts';

/** Tasker from afar. Names of what is sent and received are those of HTTP. */
export interface Client {
  /**
   * Submits a task and returns when it is in the database. May be made again when no answer came: see
   * `idempotency_key`.
   *
   * @example
   * import type { processOrder } from './process-order.ts';
   * const task = await client.submit<typeof processOrder>({ name: 'process_order', context: { … } });
   * const { status, results } = await task.completed({ timeoutMs: 30_000 });
   */
  submit<Task extends TypedTask = UntypedTask>(submission: Submission<Task>): Promise<SubmittedTask<Task>>;
  /**
   * How a task ended, once it has.
   *
   * @throws {WaitTimedOut} after `timeoutMs`; the task goes on
   */
  waitFor<Task extends TypedTask = UntypedTask>(taskId: string, options?: WaitOptions): Promise<Outcome<Task>>;
  /** Everything that happened to a task and goes on happening, each event once, until it has ended. */
  watch(taskId: string, options?: WatchOptions): AsyncGenerator<WatchedEvent, void, undefined>;
  /** Any operation by its name; the methods below are the same with better names. */
  readonly call: Caller['call'];
  readonly tasks: {
    readonly list: Method<'task.list'>;
    readonly show: Method<'task.show'>;
    readonly update: Method<'task.update'>;
    readonly cancel: Method<'task.cancel'>;
    readonly retry: Method<'task.retry'>;
    readonly explain: Method<'task.explain'>;
    readonly history: Method<'task.history'>;
    readonly graph: Method<'task.graph'>;
  };
  readonly annotations: { readonly names: Method<'annotation.names'> };
  readonly steps: {
    readonly list: Method<'step.list'>;
    readonly show: Method<'step.show'>;
    readonly explain: Method<'step.explain'>;
    readonly update: Method<'step.update'>;
    readonly cancel: Method<'step.cancel'>;
    readonly retry: Method<'step.retry'>;
    readonly resolve: Method<'step.resolve'>;
    readonly skip: Method<'step.skip'>;
  };
  readonly templates: {
    readonly list: Method<'template.list'>;
    readonly show: Method<'template.show'>;
    readonly register: Method<'template.register'>;
    readonly diff: Method<'template.diff'>;
  };
  readonly handlers: {
    readonly namespaces: Method<'handler.namespaces'>;
    readonly list: Method<'handler.list'>;
    readonly show: Method<'handler.show'>;
  };
  readonly workers: { readonly list: Method<'worker.list'> };
  readonly namespaces: { readonly list: Method<'namespace.list'> };
  readonly health: {
    readonly live: Method<'health.live'>;
    readonly ready: Method<'health.ready'>;
    readonly status: Method<'health.status'>;
  };
}

type Method<Name extends OperationName> =
  Record<string, never> extends InputOf<Name>
    ? (input?: InputOf<Name>) => Promise<OutputOf<Name>>
    : (input: InputOf<Name>) => Promise<OutputOf<Name>>;

/** A client over anything that carries operations. */
export function clientOver(caller: Caller): Client {
  const method =
    <Name extends OperationName>(name: Name) =>
    (input?: InputOf<Name>) =>
      caller.call(name, input ?? {});
  return {
    submit: (submission) => submit(caller, submission),
    waitFor: (taskId, options) => waitForTask(caller, taskId, options),
    watch: (taskId, options) => watchTask(caller, taskId, options),
    call: caller.call,
    tasks: {
      list: method('task.list'),
      show: method('task.show'),
      update: method('task.update'),
      cancel: method('task.cancel'),
      retry: method('task.retry'),
      explain: method('task.explain'),
      history: method('task.history'),
      graph: method('task.graph'),
    },
    annotations: { names: method('annotation.names') },
    steps: {
      list: method('step.list'),
      show: method('step.show'),
      explain: method('step.explain'),
      update: method('step.update'),
      cancel: method('step.cancel'),
      retry: method('step.retry'),
      resolve: method('step.resolve'),
      skip: method('step.skip'),
    },
    templates: {
      list: method('template.list'),
      show: method('template.show'),
      register: method('template.register'),
      diff: method('template.diff'),
    },
    handlers: {
      namespaces: method('handler.namespaces'),
      list: method('handler.list'),
      show: method('handler.show'),
    },
    workers: { list: method('worker.list') },
    namespaces: { list: method('namespace.list') },
    health: {
      live: method('health.live'),
      ready: method('health.ready'),
      status: method('health.status'),
    },
  };
}

async function submit<Task extends TypedTask>(
  caller: Caller,
  { idempotency_key, ...submission }: Submission<Task>,
): Promise<SubmittedTask<Task>> {
  const key = idempotency_key === undefined ? randomId() : (idempotency_key ?? undefined);
  const answer = await caller.call('task.submit', { ...submission, idempotency_key: key });
  return { ...answer, completed: (options) => waitForTask(caller, answer.task_id, options) };
}
