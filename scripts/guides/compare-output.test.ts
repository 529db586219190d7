import { expect, it } from 'vitest';
import { missingLine } from './compare-output.ts';

const output = `Task 01a1f8a8-c3f1-7d18-8952-d61e36300000
   50 ms  pay in_progress, attempt 1
   10.2 s  pay retry by root: again
http://127.0.0.1:41234/ since 2026-11-20 11:12:52
`;

it('passes over what differs from run to run', () => {
  const promised = `Task 01a1f8a8-0000-7d18-8952-d61e36300001
  1.5 s  pay in_progress, attempt 1
   3 ms  pay retry by ada: again
http://127.0.0.1:3000/ since 2030-01-01 00:00:00
`;
  expect(missingLine(promised, output)).toBeUndefined();
});

it('says which line is missing', () => {
  expect(missingLine('…\n 1 ms  pay in_progress, attempt 2\n', output)).toBe(' 1 ms  pay in_progress, attempt 2');
});

it('wants lines to follow on each other, unless there is a gap between them', () => {
  const one = '50 ms pay in_progress, attempt 1';
  const other = 'http://127.0.0.1:3000/ since 2030-01-01 00:00:00';
  expect(missingLine(`${one}\n${other}\n`, output)).toBe(other);
  expect(missingLine(`${one}\n…\n${other}\n`, output)).toBeUndefined();
  expect(missingLine(`${one}\n${other}\n`, output, { gaps: true })).toBeUndefined();
  expect(missingLine(`${other}\n…\n${one}\n`, output)).toBe(one);
});
