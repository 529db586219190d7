import type { OperationName } from './operations.ts';
import type { WireRequest } from './send-request.ts';

export interface Route {
  readonly method: WireRequest['method'];
  /** With the names of the input's properties that stand in it. */
  readonly path: string;
  /** Whether doing it twice is doing it once. */
  readonly repeatable: boolean;
  /** A status that is an answer although it is no success. */
  readonly answers?: number;
}

const task = '/tasker/tasks/{task_id}';
const step = `${task}/workflow_steps/{step}`;
const template = '/tasker/templates/{namespace}/{name}';

/** Where HTTP has the operations. */
export const routes: Readonly<Record<OperationName, Route>> = {
  'task.submit': post('/tasker/tasks'),
  'task.list': get('/tasker/tasks'),
  'task.show': get(task),
  'task.update': { method: 'PATCH', path: task, repeatable: true },
  'task.cancel': repeatable(post(`${task}/cancel`)),
  'task.retry': post(`${task}/retry`),
  'task.explain': get(`${task}/explain`),
  'task.history': get(`${task}/events`),
  'task.graph': get(`${task}/graph`),
  'annotation.names': get('/tasker/annotations'),
  'step.list': get(`${task}/workflow_steps`),
  'step.show': get(step),
  'step.explain': get(`${step}/explain`),
  'step.update': { method: 'PATCH', path: step, repeatable: true },
  'step.cancel': repeatable(post(`${step}/cancel`)),
  'step.retry': post(`${step}/retry`),
  'step.resolve': post(`${step}/resolve`),
  'step.skip': repeatable(post(`${step}/skip`)),
  'template.list': get('/tasker/templates'),
  'template.show': get(template),
  'template.register': repeatable(post('/tasker/templates')),
  'template.diff': get(`${template}/diff`),
  'handler.namespaces': get('/tasker/handlers'),
  'handler.list': get('/tasker/handlers/{namespace}'),
  'handler.show': get('/tasker/handlers/{namespace}/{name}'),
  'worker.list': get('/tasker/workers'),
  'namespace.list': get('/tasker/namespaces'),
  'health.live': get('/tasker/health/live'),
  'health.ready': { ...get('/tasker/health/ready'), answers: 503 },
  'health.status': { ...get('/tasker/health/status'), answers: 503 },
};

function get(path: string): Route {
  return { method: 'GET', path, repeatable: true };
}

function post(path: string): Route {
  return { method: 'POST', path, repeatable: false };
}

function repeatable(route: Route): Route {
  return { ...route, repeatable: true };
}
