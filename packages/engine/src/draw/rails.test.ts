import { expect, test } from 'vitest';
import { drawRails, railsLimit } from './rails.ts';

/** Draws steps given by the positions of their children. */
function draw(...children: number[][]): string[] | undefined {
  return drawRails(children.map((each) => ({ children: each })))?.map(
    ({ step, before, after }) => `${before}${step ?? ''}${after}`,
  );
}

test('a chain is one column', () => {
  expect(draw([1], [2], [])).toEqual(['0', '│', '1', '│', '2']);
});

test('a diamond parts and joins', () => {
  expect(draw([1, 2], [3], [3], [])).toEqual(['0', '├─╮', '1 │', '│ 2', '├─╯', '3']);
});

test('three branches, one of them longer', () => {
  expect(draw([1, 2, 3], [5], [4], [5], [5], [])).toEqual([
    '0',
    '├─┬─╮',
    '1 │ │',
    '│ 2 │',
    '│ │ 3',
    '│ 4 │',
    '├─┴─╯',
    '5',
  ]);
});

test('lines that lead elsewhere are crossed', () => {
  expect(draw([2], [3, 4], [4], [], [])).toEqual(['0', '│ 1', '│ ├─╮', '2 │ │', '│ 3 │', '├───╯', '4']);
  expect(draw([4], [3], [3, 4], [], [])).toEqual([
    '0',
    '│ 1',
    '│ │ 2',
    '│ │ ├─╮',
    '│ ├─╯ │',
    '│ 3   │',
    '├─────╯',
    '4',
  ]);
});

test('steps without a line between them stand apart, and free columns are used again', () => {
  expect(draw([], [], [3], [])).toEqual(['0', '1', '2', '│', '3']);
});

test('a graph too large to read is not drawn', () => {
  const many = Array.from({ length: railsLimit.columns + 1 }, (_, index) => index + 1);
  expect(draw(many, ...many.map(() => []))).toBeUndefined();
  const long = Array.from({ length: railsLimit.steps }, (_, index) => [index + 1]);
  expect(draw(...long, [])).toBeUndefined();
});
