import { type TaskSubmission, taskSubmissionSchema, taskSubmittedSchema } from '@tasker/contract/wire';
import type { TaskRequest } from '@tasker/engine';
import { InvalidInput } from '../../errors.ts';
import { submittedTask } from '../../resources/task-resource.ts';
import { defineOperation } from '../operation.ts';

export const submitTask = defineOperation({
  name: 'task.submit',
  permission: 'tasks:create',
  kind: 'command',
  summary: 'Submits a task.',
  input: taskSubmissionSchema,
  output: taskSubmittedSchema,
  errors: [
    'TEMPLATE_NOT_FOUND',
    'DUPLICATE_TASK',
    'IDEMPOTENCY_KEY_REUSED',
    'INVALID_CONTEXT',
    'NOT_SERIALISABLE',
    'TEMPLATE_NOT_RUNNABLE',
    'OVERLOADED',
  ],
  async call({ tasker, submissions }, input, { traceparent }) {
    const request = { ...taskRequest(input), ...given('traceparent', traceparent) };
    const handle = await submissions.within(() => tasker.submit(request));
    const { id, replayed } = handle;
    const task = await submittedTask(tasker.db, handle);
    const { namespace, name, version, correlation_id, parent_correlation_id } = task;
    return {
      task_id: id,
      // a worker may have been quicker than this look
      status: replayed ? task.status : 'pending',
      namespace,
      name,
      version,
      workflow_name: name,
      correlation_id,
      parent_correlation_id,
      replayed,
      task,
    };
  },
});

function taskRequest(input: TaskSubmission): TaskRequest {
  const name = oneOf('name', input.name, 'workflow_name', input.workflow_name);
  const version = oneOf('version', input.version, 'workflow_version', input.workflow_version);
  if (name === undefined) throw new InvalidInput([{ path: 'name', message: 'is required' }]);
  return {
    name,
    context: input.context,
    ...given('namespace', input.namespace),
    ...given('version', version),
    ...given('priority', input.priority),
    ...given('correlationId', input.correlation_id),
    ...given('parentCorrelationId', input.parent_correlation_id),
    ...given('idempotencyKey', input.idempotency_key),
    ...given('initiator', input.initiator),
    ...given('sourceSystem', input.source_system),
    ...given('reason', input.reason),
    ...given('tags', input.tags),
    ...given('bypassSteps', input.bypass_steps),
  };
}

function oneOf(name: string, value: string | undefined, alias: string, aliased: string | undefined) {
  if (value !== undefined && aliased !== undefined && value !== aliased) {
    throw new InvalidInput([
      { path: alias, message: `is the same as \`${name}\`, and says something else; leave it out` },
    ]);
  }
  return value ?? aliased;
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [key in Key]?: Value };
function given<Value>(key: string, value: Value | undefined): { readonly [key: string]: Value } {
  return value === undefined ? {} : { [key]: value };
}
