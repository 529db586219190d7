import { type Tasker, TaskerError } from '@tasker/engine';
import { FaultPlan } from '../shared/fault-plan.ts';
import { type Fields, fieldsOf, textIn } from '../shared/json-fields.ts';
import { type ServiceAnswer, type ServiceRequest, startLoopback } from '../shared/loopback-server.ts';
import type { ServiceClock } from '../shared/pause.ts';

/** Where another team submits its tasks: as much of a Tasker server as a delegation needs, with faults. */
export interface TaskEndpoint {
  readonly url: string;
  readonly faults: FaultPlan<EndpointMethods>;
  /** From now on tasks go here. */
  serve(tasker: Tasker): void;
  close(): Promise<void>;
}

export type EndpointMethods = {
  readonly 'tasks.create': {
    readonly request: ServiceRequest;
    readonly response: ServiceAnswer | Promise<ServiceAnswer>;
  };
};

/** The namespaces in which a token may create tasks. */
export type Grants = Readonly<Record<string, readonly string[]>>;

export async function startTaskEndpoint(grants: Grants, clock: ServiceClock): Promise<TaskEndpoint> {
  const faults = new FaultPlan<EndpointMethods>(clock);
  let serving: Tasker | undefined;
  const create = (request: ServiceRequest) =>
    serving === undefined ? refusal(503, 'UNAVAILABLE', 'Not yet.') : answerOf(request, grants, serving);
  const { urls, close } = await startLoopback({
    api: async (request) => {
      const answer = await faults.perform('tasks.create', request, () => create(request));
      return answer;
    },
  });
  return {
    url: urls.api,
    faults,
    serve(tasker) {
      serving = tasker;
    },
    close,
  };
}

async function answerOf(request: ServiceRequest, grants: Grants, tasker: Tasker): Promise<ServiceAnswer> {
  if (request.method !== 'POST' || request.path !== '/tasker/tasks') return refusal(404, 'NOT_FOUND', 'Not here.');
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const granted = Object.hasOwn(grants, token) ? grants[token] : undefined;
  if (granted === undefined) return refusal(401, 'UNAUTHENTICATED', 'Send a token that is known here.');
  const task = fieldsOf(request.body) ?? {};
  const namespace = textIn(task, 'namespace') ?? 'default';
  if (!granted.includes(namespace)) return refusal(403, 'FORBIDDEN', `The token may not create tasks in ${namespace}.`);
  try {
    return await submit(task, namespace, tasker);
  } catch (error) {
    if (!(error instanceof TaskerError)) throw error;
    return refusal(error.status, error.code, error.message, error.details);
  }
}

async function submit(task: Fields, namespace: string, tasker: Tasker): Promise<ServiceAnswer> {
  const name = textIn(task, 'name') ?? '';
  const version = textIn(task, 'version') ?? 'latest';
  const correlationId = textIn(task, 'correlation_id');
  const parentCorrelationId = textIn(task, 'parent_correlation_id');
  const idempotencyKey = textIn(task, 'idempotency_key');
  const initiator = textIn(task, 'initiator');
  const { id, replayed } = await tasker.submit({
    namespace,
    name,
    version,
    context: task['context'],
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(parentCorrelationId === undefined ? {} : { parentCorrelationId }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(initiator === undefined ? {} : { initiator }),
  });
  return {
    status: replayed ? 200 : 201,
    body: { task_id: id, status: 'pending', namespace, name, version, correlation_id: correlationId },
  };
}

function refusal(status: number, code: string, message: string, details?: object): ServiceAnswer {
  return { status, body: { error: { code, message, details } } };
}
