import type { TaskState } from '@tasker/contract';
import { decideTransition, type TransitionOutcome } from './transition-outcome.ts';

/**
 * The life of a task.
 *
 *     pending ⇄ in_progress → complete
 *        │           │
 *        └──→ error ←┘ → resolved_manually      (either of the two open states → cancelled)
 *
 * `in_progress → pending` is a task that has nothing running for the moment. `error` is left only by a
 * recorded operator action: a retry (`pending`, or `in_progress` when steps of it have run), a resolution
 * (`resolved_manually`) or a cancellation. The other three
 * ends are final; in particular a task that completed can no longer be cancelled, because its effects
 * have happened.
 */
const taskTransitions: Readonly<Record<TaskState, readonly TaskState[]>> = {
  pending: ['in_progress', 'error', 'cancelled'],
  in_progress: ['complete', 'error', 'pending', 'cancelled'],
  complete: [],
  error: ['pending', 'in_progress', 'cancelled', 'resolved_manually'],
  cancelled: [],
  resolved_manually: [],
};

/** Whether a task may go from one state to another; see {@link TransitionOutcome}. */
export function transitionTask(from: TaskState, to: TaskState, onlyFrom?: readonly TaskState[]): TransitionOutcome {
  return decideTransition(taskTransitions, from, to, onlyFrom);
}
