import type { Tasker } from '@tasker/engine';
import { createServer, type Server } from '@tasker/server';
import { FaultPlan } from '../shared/fault-plan.ts';
import { fieldsOf, textIn } from '../shared/json-fields.ts';
import { type ServiceAnswer, type ServiceRequest, startLoopback } from '../shared/loopback-server.ts';
import type { ServiceClock } from '../shared/pause.ts';

/**
 * Where another team submits its tasks: a Tasker server, and before it a gate that knows tokens and has faults. For
 * tests.
 */
export interface TaskEndpoint {
  readonly url: string;
  readonly faults: FaultPlan<EndpointMethods>;
  /** From now on tasks go here. */
  serve(tasker: Tasker): Promise<void>;
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
  let server: Server | undefined;
  const create = (request: ServiceRequest) =>
    server === undefined
      ? refusal(503, 'UNAVAILABLE', 'Not yet.')
      : (refusalOf(request, grants) ?? forward(request, server.url));
  const gate = await startLoopback({
    api: async (request) => {
      const answer = await faults.perform('tasks.create', request, () => create(request));
      return answer;
    },
  });
  return {
    url: gate.urls.api,
    faults,
    async serve(tasker) {
      const started = await createServer({ tasker, port: 0 });
      await started.start();
      server = started;
    },
    async close() {
      await gate.close();
      await server?.stop();
    },
  };
}

function refusalOf({ headers, body }: ServiceRequest, grants: Grants): ServiceAnswer | undefined {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const granted = Object.hasOwn(grants, token) ? grants[token] : undefined;
  if (granted === undefined) return refusal(401, 'UNAUTHENTICATED', 'Send a token that is known here.');
  const namespace = textIn(fieldsOf(body), 'namespace') ?? 'default';
  if (granted.includes(namespace)) return undefined;
  return refusal(403, 'FORBIDDEN', `The token may not create tasks in ${namespace}.`);
}

async function forward({ method, path, headers, body }: ServiceRequest, url: string): Promise<ServiceAnswer> {
  const passed = ['idempotency-key', 'x-correlation-id', 'traceparent'].flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(passed) },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
}

function refusal(status: number, code: string, message: string): ServiceAnswer {
  return { status, body: { error: { code, message } } };
}
