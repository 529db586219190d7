import { type TaskSubmission, taskSubmissionSchema, taskSubmittedSchema } from '@tasker/contract/wire';
import type { TaskRequest } from '@tasker/engine';
import { InvalidInput } from '../../errors.ts';
import { submittedResource } from '../../resources/submitted-resource.ts';
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
    const handle = await submissions.within(() => tasker.submit(taskRequest(input, traceparent)));
    return submittedResource(tasker.db, handle);
  },
});

function taskRequest(input: TaskSubmission, traceparent: string | undefined): TaskRequest {
  const name = oneOf('name', input.name, 'workflow_name', input.workflow_name);
  const version = oneOf('version', input.version, 'workflow_version', input.workflow_version);
  if (name === undefined) throw new InvalidInput([{ path: 'name', message: 'is required' }]);
  return {
    name,
    context: input.context,
    namespace: input.namespace,
    version,
    priority: input.priority,
    correlationId: input.correlation_id,
    parentCorrelationId: input.parent_correlation_id,
    traceparent,
    idempotencyKey: input.idempotency_key,
    initiator: input.initiator,
    sourceSystem: input.source_system,
    reason: input.reason,
    tags: input.tags,
    bypassSteps: input.bypass_steps,
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
