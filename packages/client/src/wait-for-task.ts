import { isTerminal } from '@tasker/contract';
import type { TaskResource } from '@tasker/contract/wire';
import { WaitTimedOut } from './errors.ts';
import type { Caller } from './operations.ts';
import { timeLimit } from './time-limit.ts';
import type { Outcome, TypedTask, WaitOptions } from './typed-task.ts';
import { watchTask } from './watch-task.ts';

/**
 * How a task ended, once it has.
 *
 * @throws {WaitTimedOut} after `timeoutMs`; the task goes on
 */
export async function waitForTask<Task extends TypedTask>(
  caller: Caller,
  taskId: string,
  { timeoutMs, signal }: WaitOptions = {},
): Promise<Outcome<Task>> {
  const late = timeoutMs === undefined ? undefined : timeLimit(timeoutMs);
  const stop = AbortSignal.any([signal, late].filter((each) => each !== undefined));
  try {
    for (;;) {
      for await (const _event of watchTask(caller, taskId, { signal: stop }));
      stop.throwIfAborted();
      const { task } = await caller.call('task.show', { task_id: taskId }, { signal: stop });
      // an operator may have begun it anew in between
      if (isTerminal(task.status)) return outcomeOf<Task>(task);
    }
  } catch (error) {
    if (!late?.aborted || signal?.aborted) throw error;
    throw new WaitTimedOut({
      code: 'WAIT_TIMED_OUT',
      message: `Task ${taskId} did not end within ${timeoutMs} ms. It goes on; explain says what it waits for.`,
      details: { task_id: taskId },
    });
  }
}

/** The one place where results are believed to be what their definition says. */
function outcomeOf<Task extends TypedTask>(task: TaskResource): Outcome<Task>;
function outcomeOf(task: TaskResource): object {
  const settled = task.workflow_steps.filter(({ processed, results }) => processed && results !== null);
  return {
    task,
    status: task.status,
    results: Object.fromEntries(settled.map(({ name, results }) => [name, results])),
  };
}
