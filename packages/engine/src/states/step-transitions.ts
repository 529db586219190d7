import type { StepState } from '@tasker/contract';
import { decideTransition, type TransitionOutcome } from './transition-outcome.ts';

/**
 * The life of a step.
 *
 * - `pending → in_progress → complete` is the good case; `in_progress → pending` takes a step back from
 *   a worker that died.
 * - `error → in_progress` is the next attempt: a claim takes it straight from `error`, because a step
 *   that somebody else must first move back to `pending` waits for ever when nobody does.
 * - `error → pending` and `… → resolved_manually` are operator actions.
 * - `error → cancelled` ends a step that waits for its next attempt when its task is cancelled.
 * - `waiting` is a durable wait; it ends by its own event (`complete`, `pending`), its deadline
 *   (`error`), or from outside.
 * - `pending → skipped` is a bypass or a branch not taken; `error → skipped` an operator who goes on without it.
 *   What runs is not skipped.
 */
const stepTransitions: Readonly<Record<StepState, readonly StepState[]>> = {
  pending: ['in_progress', 'waiting', 'error', 'cancelled', 'resolved_manually', 'skipped'],
  in_progress: ['complete', 'error', 'cancelled', 'pending', 'waiting'],
  waiting: ['pending', 'in_progress', 'complete', 'error', 'cancelled', 'resolved_manually'],
  error: ['pending', 'in_progress', 'cancelled', 'resolved_manually', 'skipped'],
  complete: [],
  cancelled: [],
  resolved_manually: [],
  skipped: [],
};

/** Whether a step may go from one state to another; see {@link TransitionOutcome}. */
export function transitionStep(from: StepState, to: StepState, onlyFrom?: readonly StepState[]): TransitionOutcome {
  return decideTransition(stepTransitions, from, to, onlyFrom);
}
