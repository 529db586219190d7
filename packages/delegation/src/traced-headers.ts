import type { StepContext } from '@tasker/engine/define';

/**
 * What lets logs and traces of both sides be joined. The trace has the id of the task, and the step is the parent of what
 * follows: the same in every attempt.
 */
export function tracedHeaders({ correlationId, taskUuid, stepUuid }: StepContext): Record<string, string> {
  return {
    'x-correlation-id': correlationId,
    traceparent: `00-${digitsOf(taskUuid)}-${digitsOf(stepUuid).slice(-16)}-01`,
  };
}

const digitsOf = (uuid: string) => uuid.replaceAll('-', '').toLowerCase();
