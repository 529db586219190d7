import { type TaskState, taskStates } from '@tasker/contract';
import { describe, expect, it } from 'vitest';
import { transitionTask } from './task-transitions.ts';

const allowed = new Set([
  'pending → in_progress',
  'pending → error',
  'pending → cancelled',
  'in_progress → complete',
  'in_progress → error',
  'in_progress → pending',
  'in_progress → cancelled',
  'error → pending',
  'error → in_progress',
  'error → cancelled',
  'error → resolved_manually',
]);

function pairs(): { from: TaskState; to: TaskState }[] {
  return taskStates.flatMap((from) => taskStates.map((to) => ({ from, to })));
}

describe('a task', () => {
  it.each(pairs().filter(({ from, to }) => from !== to))(
    'CORE-26: goes from $from to $to only if that is allowed',
    ({ from, to }) => {
      expect(transitionTask(from, to)).toBe(allowed.has(`${from} → ${to}`) ? 'transitioned' : 'invalid_from_state');
    },
  );

  it.each(taskStates)(
    'CORE-30: that is asked to become what it is (%s) does nothing, and that is no error',
    (state) => {
      expect(transitionTask(state, state)).toBe('already_target');
      expect(transitionTask(state, state, [])).toBe('already_target');
    },
  );

  it('CORE-31, TC-15: answers a conditional transition in one of three ways', () => {
    expect(transitionTask('in_progress', 'pending', ['in_progress'])).toBe('transitioned');
    expect(transitionTask('pending', 'pending', ['in_progress'])).toBe('already_target');
    expect(transitionTask('error', 'pending', ['in_progress'])).toBe('invalid_from_state');
  });

  it('cannot be moved by a condition where the table does not allow it', () => {
    expect(transitionTask('complete', 'pending', ['complete'])).toBe('invalid_from_state');
  });
});
