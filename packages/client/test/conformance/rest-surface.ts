import type { InputOf, OperationName } from '../../src/index.ts';
import type { Answer, Place, Surface } from './surface.ts';

type Request = readonly [method: string, path: string, body?: object];
/** As a method: which operation an input is for is known where both come from. */
type BuildRequest = { build(input: object): Request }['build'];
type Requests = { readonly [Name in OperationName]: (input: InputOf<Name>) => Request };

/** Requests as somebody writes them who has only read the documentation: nothing of the client is used. */
export function restSurface({ url }: Place): Surface {
  return {
    hasDoor: true,
    async ask(operation, input) {
      const request: BuildRequest = requests[operation];
      const [method, path, body] = request(input);
      const response = await fetch(`${url}/tasker${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      return answerOf(response.status, await response.json());
    },
  };
}

const query = (values: object) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([key, value]): [string, string] => [key, textOf(key, value)])).toString()}`;
};

const textOf = (key: string, value: unknown) => (key === 'annotation_value' ? JSON.stringify(value) : String(value));

const stepPath = ({ task_id, step }: { readonly task_id: string; readonly step: string }) =>
  `/tasks/${task_id}/workflow_steps/${encodeURIComponent(step)}`;

const templatePath = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
  `/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

const requests: Requests = {
  'task.submit': (input) => ['POST', '/tasks', { task: input }],
  'task.list': (input) => ['GET', `/tasks${query(input)}`],
  'task.show': ({ task_id }) => ['GET', `/tasks/${task_id}`],
  'task.update': ({ task_id, ...rest }) => ['PATCH', `/tasks/${task_id}`, rest],
  'task.cancel': ({ task_id, ...note }) => ['DELETE', `/tasks/${task_id}${query(note)}`],
  'task.retry': ({ task_id, ...note }) => ['POST', `/tasks/${task_id}/retry`, note],
  'task.explain': ({ task_id }) => ['GET', `/tasks/${task_id}/explain`],
  'task.history': ({ task_id }) => ['GET', `/tasks/${task_id}/events`],
  'task.graph': ({ task_id }) => ['GET', `/tasks/${task_id}/graph`],
  'annotation.names': () => ['GET', '/annotations'],
  'step.list': ({ task_id }) => ['GET', `/tasks/${task_id}/workflow_steps`],
  'step.show': (input) => ['GET', stepPath(input)],
  'step.explain': (input) => ['GET', `${stepPath(input)}/explain`],
  'step.update': ({ task_id, step, ...rest }) => ['PATCH', stepPath({ task_id, step }), rest],
  'step.cancel': ({ task_id, step, ...note }) => ['POST', `${stepPath({ task_id, step })}/cancel`, note],
  'step.retry': ({ task_id, step, ...note }) => ['POST', `${stepPath({ task_id, step })}/retry`, note],
  'step.resolve': ({ task_id, step, ...rest }) => ['POST', `${stepPath({ task_id, step })}/resolve`, rest],
  'step.skip': ({ task_id, step, ...note }) => ['POST', `${stepPath({ task_id, step })}/skip`, note],
  'template.list': (input) => ['GET', `/templates${query(input)}`],
  'template.show': ({ namespace, name, ...rest }) => [
    'GET',
    `/templates${templatePath({ namespace, name })}${query(rest)}`,
  ],
  'template.register': (input) => ['POST', '/templates', input],
  'template.diff': ({ namespace, name, ...rest }) => [
    'GET',
    `/templates${templatePath({ namespace, name })}/diff${query(rest)}`,
  ],
  'handler.namespaces': () => ['GET', '/handlers'],
  'handler.list': ({ namespace }) => ['GET', `/handlers/${encodeURIComponent(namespace)}`],
  'handler.show': ({ namespace, name, ...rest }) => [
    'GET',
    `/handlers${templatePath({ namespace, name })}${query(rest)}`,
  ],
  'worker.list': (input) => ['GET', `/workers${query(input)}`],
  'namespace.list': () => ['GET', '/namespaces'],
  'health.live': () => ['GET', '/health/live'],
  'health.ready': () => ['GET', '/health/ready'],
  'health.status': () => ['GET', '/health/status'],
};

function answerOf(status: number, body: unknown): Answer {
  const value = body as Record<string, unknown>;
  if (status < 300) return { ok: true, value };
  const { error } = value as { error: { code: never; message: string; details?: Record<string, unknown> } };
  return { ok: false, code: error.code, message: error.message, details: error.details ?? {} };
}
