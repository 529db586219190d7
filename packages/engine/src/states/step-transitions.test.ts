import { type StepState, stepStates } from '@tasker/contract';
import { describe, expect, it } from 'vitest';
import { transitionStep } from './step-transitions.ts';

const allowed: Readonly<Record<StepState, readonly StepState[]>> = {
  pending: ['in_progress', 'error', 'cancelled', 'resolved_manually', 'waiting', 'skipped'],
  in_progress: ['complete', 'error', 'cancelled', 'pending', 'waiting'],
  error: ['pending', 'in_progress', 'resolved_manually', 'cancelled', 'skipped'],
  waiting: ['pending', 'in_progress', 'complete', 'error', 'cancelled', 'resolved_manually'],
  complete: [],
  cancelled: [],
  resolved_manually: [],
  skipped: [],
};

function pairs(): { from: StepState; to: StepState }[] {
  return stepStates.flatMap((from) => stepStates.flatMap((to) => (from === to ? [] : [{ from, to }])));
}

describe('a step', () => {
  it.each(pairs())('CORE-27, TC-12: goes from $from to $to only if that is allowed', ({ from, to }) => {
    expect(transitionStep(from, to)).toBe(allowed[from].includes(to) ? 'transitioned' : 'invalid_from_state');
  });

  it.each(stepStates)(
    'CORE-30: that is asked to become what it is (%s) does nothing, and that is no error',
    (state) => {
      expect(transitionStep(state, state)).toBe('already_target');
    },
  );

  it('CORE-27: is taken back from a worker that died, and from nobody else', () => {
    expect(transitionStep('in_progress', 'pending', ['in_progress'])).toBe('transitioned');
    expect(transitionStep('error', 'pending', ['in_progress'])).toBe('invalid_from_state');
  });

  it('is claimed for its next attempt straight from error', () => {
    expect(transitionStep('error', 'in_progress')).toBe('transitioned');
  });
});
