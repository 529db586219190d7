import { expect, it } from 'vitest';
import { readTraceparent, traceparentOf } from './traceparent.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const given = `00-${trace}-00f067aa0ba902b7-01`;
const taskId = '01a1f779-346e-76a1-9ee7-0b5664f00000';
const stepId = '01a1f779-346e-86a1-9ee7-0b5664f00003';

it.each([
  [given, given],
  [`00-${trace}-00f067aa0ba902b7-00`, `00-${trace}-00f067aa0ba902b7-00`],
  // later versions may have more, and are read as far as they are known
  [`cc-${trace}-00f067aa0ba902b7-01-what-will-be`, given],
  [`00-${trace}-00f067aa0ba902b7-01-more`, undefined],
  [`ff-${trace}-00f067aa0ba902b7-01`, undefined],
  [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined],
  [`00-${trace}-${'0'.repeat(16)}-01`, undefined],
  [given.toUpperCase(), undefined],
  [`${given}, ${given}`, undefined],
  ['', undefined],
])('of %j it keeps %j', (text, kept) => {
  expect(readTraceparent(text)).toBe(kept);
});

it('continues the trace that a task came with, with the step as the parent', () => {
  expect(traceparentOf(`00-${trace}-00f067aa0ba902b7-00`, taskId, stepId)).toBe(`00-${trace}-9ee70b5664f00003-00`);
});

it('begins a trace with the id of the task where none came along', () => {
  const begun = traceparentOf(null, taskId, stepId);
  expect(begun).toBe('00-01a1f779346e76a19ee70b5664f00000-9ee70b5664f00003-01');
  expect(readTraceparent(begun)).toBe(begun);
});
