import { expect, it } from 'vitest';
import { parseStepId, stepIdOf } from '../../graph/step-id.ts';
import { createTaskIds, timeOfTask } from './task-id.ts';

it('makes ids that are ordered by time, also within a millisecond and when the clock goes back', () => {
  let now = Date.UTC(2030, 0, 1);
  const newId = createTaskIds(() => now, Math.random);
  const ids = Array.from({ length: 2_000 }, (_, i) => {
    if (i % 500 === 0) now += 1;
    if (i === 1_700) now -= 50;
    return newId();
  });
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{7}00000$/);
});

it('makes ids that tell when they were made, and leave room for those of the steps', () => {
  const now = Date.UTC(2026, 6, 1, 12);
  const id = createTaskIds(
    () => now + 0.7,
    () => 0.5,
  )();
  expect(Math.abs(timeOfTask(id) - now)).toBeLessThanOrEqual(1);
  expect(parseStepId(stepIdOf(id, 41))).toEqual({ taskId: id, position: 41 });
});
