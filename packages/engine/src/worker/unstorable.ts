import { attemptErrorCodes } from '@tasker/contract';
import type { StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';

/** In the place of a result that the database refused: the work is done, and doing it again would end the same way. */
export function unstorable(outcome: StepOutcome & { kind: 'complete' }, cause: unknown): StepOutcome {
  const { result: _result, metadata: _metadata, ...place } = outcome;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const error = {
    message: `The database could not store the result: ${reason}.`,
    class: 'NotSerialisable',
    code: attemptErrorCodes.notSerialisable,
  };
  const maxAttempts = outcome.registered.plan.steps[outcome.step]?.retry.maxAttempts ?? 1;
  const verdict = { maxAttempts, why: 'permanent' } as const;
  return { ...place, kind: 'error', error: JSON.stringify(error), retryMs: null, verdict };
}
