import type { GraphFormat } from '@tasker/contract/wire';
import { listHandlerNamespaces } from '../operations/handler/list-handler-namespaces.ts';
import { listHandlers } from '../operations/handler/list-handlers.ts';
import { showHandler } from '../operations/handler/show-handler.ts';
import { cancelStep } from '../operations/step/cancel-step.ts';
import { explainStep } from '../operations/step/explain-step.ts';
import { listSteps } from '../operations/step/list-steps.ts';
import { resolveStep } from '../operations/step/resolve-step.ts';
import { retryStep } from '../operations/step/retry-step.ts';
import { showStep } from '../operations/step/show-step.ts';
import { skipStep } from '../operations/step/skip-step.ts';
import { updateStep } from '../operations/step/update-step.ts';
import { healthLive } from '../operations/system/health-live.ts';
import { healthReady } from '../operations/system/health-ready.ts';
import { healthStatus } from '../operations/system/health-status.ts';
import { listNamespaces } from '../operations/system/list-namespaces.ts';
import { listWorkers } from '../operations/system/list-workers.ts';
import { metrics } from '../operations/system/metrics.ts';
import { cancelTask } from '../operations/task/cancel-task.ts';
import { explainTask } from '../operations/task/explain-task.ts';
import { listAnnotationNames } from '../operations/task/list-annotation-names.ts';
import { listTasks } from '../operations/task/list-tasks.ts';
import { retryTask } from '../operations/task/retry-task.ts';
import { showTask } from '../operations/task/show-task.ts';
import { submitTask } from '../operations/task/submit-task.ts';
import { taskGraph } from '../operations/task/task-graph.ts';
import { taskHistory } from '../operations/task/task-history.ts';
import { updateTask } from '../operations/task/update-task.ts';
import { diffTemplate } from '../operations/template/diff-template.ts';
import { listTemplates } from '../operations/template/list-templates.ts';
import { registerTemplate } from '../operations/template/register-template.ts';
import { showTemplate } from '../operations/template/show-template.ts';
import { templateGraph } from '../operations/template/template-graph.ts';
import { type Reply, type Route, route } from './route.ts';

/** Every path of the API, and the operation behind it. */
export const routes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/tasks',
    operation: submitTask,
    wrapper: 'task',
    headers: { 'idempotency-key': 'idempotency_key' },
    defaultHeaders: { 'x-correlation-id': 'correlation_id' },
    successes: { 201: 'The task is in the database.', 200: 'It was submitted before; this is the task of that time.' },
    reply: ({ replayed, task_id }, prefix) =>
      replayed ? { status: 200 } : { status: 201, headers: { location: `${prefix}/tasks/${task_id}` } },
  }),
  route({ method: 'GET', path: '/tasks', operation: listTasks }),
  route({ method: 'GET', path: '/tasks/{task_id}', operation: showTask }),
  route({ method: 'PATCH', path: '/tasks/{task_id}', operation: updateTask, wrapper: 'task' }),
  route({ method: 'PUT', path: '/tasks/{task_id}', operation: updateTask, wrapper: 'task' }),
  route({ method: 'DELETE', path: '/tasks/{task_id}', operation: cancelTask }),
  route({ method: 'POST', path: '/tasks/{task_id}/cancel', operation: cancelTask }),
  route({ method: 'POST', path: '/tasks/{task_id}/retry', operation: retryTask }),
  route({ method: 'GET', path: '/tasks/{task_id}/explain', operation: explainTask }),
  route({ method: 'GET', path: '/tasks/{task_id}/events', operation: taskHistory }),
  route({
    method: 'GET',
    path: '/tasks/{task_id}/graph',
    operation: taskGraph,
    media: ['text/plain', 'text/vnd.mermaid', 'text/vnd.graphviz', 'image/svg+xml'],
    reply: ({ drawing, format }) => drawn(drawing, format),
  }),

  route({ method: 'GET', path: '/tasks/{task_id}/workflow_steps', operation: listSteps }),
  route({ method: 'GET', path: '/tasks/{task_id}/workflow_steps/{step}', operation: showStep }),
  route({
    method: 'PATCH',
    path: '/tasks/{task_id}/workflow_steps/{step}',
    operation: updateStep,
    wrapper: 'workflow_step',
  }),
  route({
    method: 'PUT',
    path: '/tasks/{task_id}/workflow_steps/{step}',
    operation: updateStep,
    wrapper: 'workflow_step',
  }),
  route({ method: 'DELETE', path: '/tasks/{task_id}/workflow_steps/{step}', operation: cancelStep }),
  route({ method: 'POST', path: '/tasks/{task_id}/workflow_steps/{step}/cancel', operation: cancelStep }),
  route({ method: 'POST', path: '/tasks/{task_id}/workflow_steps/{step}/retry', operation: retryStep }),
  route({ method: 'POST', path: '/tasks/{task_id}/workflow_steps/{step}/resolve', operation: resolveStep }),
  route({ method: 'POST', path: '/tasks/{task_id}/workflow_steps/{step}/skip', operation: skipStep }),
  route({ method: 'GET', path: '/tasks/{task_id}/workflow_steps/{step}/explain', operation: explainStep }),

  route({
    method: 'POST',
    path: '/templates',
    operation: registerTemplate,
    yaml: 'yaml',
    successes: { 201: 'The template is registered.', 200: 'The same content was registered before.' },
    reply: ({ created, template: { namespace, name, version } }, prefix) =>
      created
        ? { status: 201, headers: { location: `${prefix}/templates/${path(namespace, name)}?version=${version}` } }
        : { status: 200 },
  }),
  route({ method: 'GET', path: '/templates', operation: listTemplates, etag: true }),
  route({ method: 'GET', path: '/templates/{namespace}/{name}', operation: showTemplate, etag: true }),
  route({ method: 'GET', path: '/templates/{namespace}/{name}/diff', operation: diffTemplate, etag: true }),
  route({
    method: 'GET',
    path: '/templates/{namespace}/{name}/graph',
    operation: templateGraph,
    etag: true,
    media: ['text/plain', 'text/vnd.mermaid', 'text/vnd.graphviz', 'image/svg+xml'],
    reply: ({ drawing, format }) => drawn(drawing, format),
  }),

  route({ method: 'GET', path: '/annotations', operation: listAnnotationNames }),
  route({ method: 'GET', path: '/handlers', operation: listHandlerNamespaces }),
  route({ method: 'GET', path: '/handlers/{namespace}', operation: listHandlers }),
  route({ method: 'GET', path: '/handlers/{namespace}/{name}', operation: showHandler }),
  route({ method: 'GET', path: '/namespaces', operation: listNamespaces }),
  route({ method: 'GET', path: '/workers', operation: listWorkers }),

  route({ method: 'GET', path: '/health/live', operation: healthLive }),
  route({
    method: 'GET',
    path: '/health/ready',
    operation: healthReady,
    successes: { 200: 'Ready.', 503: 'Not ready; the checks say why.' },
    reply: ({ ready }) => ({ status: ready ? 200 : 503 }),
  }),
  route({
    method: 'GET',
    path: '/health/status',
    operation: healthStatus,
    successes: { 200: 'Healthy.', 503: 'Not healthy; the problems say why.' },
    reply: ({ healthy }) => ({ status: healthy ? 200 : 503 }),
  }),
  route({
    method: 'GET',
    path: '/metrics',
    operation: metrics,
    media: ['text/plain', 'application/json', 'text/csv'],
    negotiate: (accept, { exporters }) => ({ format: exporters.accepted(accept) ?? 'prometheus' }),
    reply: (content, _, { input: { format = 'prometheus' }, services: { exporters } }) => ({
      text: { type: exporters.find(format).mediaType, content },
    }),
  }),
];

function drawn(drawing: string | null, format: GraphFormat): Reply {
  return drawing === null ? {} : { text: { type: `${mediaTypes[format]}; charset=utf-8`, content: drawing } };
}

const mediaTypes = {
  json: 'application/json',
  ascii: 'text/plain',
  mermaid: 'text/vnd.mermaid',
  dot: 'text/vnd.graphviz',
  svg: 'image/svg+xml',
} as const satisfies Record<GraphFormat, string>;

const path = (...parts: readonly string[]) => parts.map(encodeURIComponent).join('/');
