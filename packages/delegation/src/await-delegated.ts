import type { Client, Outcome } from '@tasker/client';
import { PermanentError } from '@tasker/engine/define';
import { failureOf, type Template } from './judge-answer.ts';

/**
 * The end of a task that was delegated. When waiting fails, the next attempt goes on waiting for the same task.
 *
 * @throws {PermanentError} when the task did not end well
 */
export async function awaitDelegated(
  client: Client,
  taskId: string,
  template: Template,
  signal: AbortSignal,
): Promise<Outcome> {
  const outcome = await wait(client, taskId, template, signal);
  if (outcome.status === 'complete' || outcome.status === 'resolved_manually') return outcome;
  const failed = outcome.task.workflow_steps.find(({ failed_for_good }) => failed_for_good);
  const why = failed === undefined ? '' : `: ${failed.name} failed, ${failed.error?.message ?? 'without a message'}`;
  throw new PermanentError(`The delegated task ${taskId} is ${outcome.status}${why}.`, {
    errorCode: outcome.status === 'cancelled' ? 'DELEGATED_TASK_CANCELLED' : 'DELEGATED_TASK_FAILED',
    context: {
      delegated_task_id: taskId,
      delegated_task_status: outcome.status,
      ...(failed === undefined ? {} : { failed_step: failed.name, error_code: failed.error?.code ?? null }),
    },
  });
}

async function wait(client: Client, taskId: string, template: Template, signal: AbortSignal): Promise<Outcome> {
  try {
    return await client.waitFor(taskId, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw failureOf(error, `The delegated task ${taskId} could not be waited for`, template);
  }
}
