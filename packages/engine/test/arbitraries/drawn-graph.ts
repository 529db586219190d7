import { stepStates } from '@tasker/contract';
import fc from 'fast-check';
import type { Graph } from '../../src/draw/graph.ts';

/** Graphs to draw, whose names are meant to do harm. */
export function arbitraryDrawnGraph(maxSteps = 20): fc.Arbitrary<Graph> {
  const step = (position: number) =>
    fc.record({
      name: hostileText,
      detail: hostileText,
      state: fc.option(fc.constantFrom(...stepStates), { nil: undefined }),
      parents: fc.subarray(Array.from({ length: position }, (_, parent) => parent)),
    });
  return fc
    .integer({ min: 1, max: maxSteps })
    .chain((count) =>
      fc.record({ title: hostileText, steps: fc.tuple(...Array.from({ length: count }, (_, at) => step(at))) }),
    )
    .map(({ title, steps }) => ({
      title,
      steps: steps.map(({ state, ...rest }, position) => ({
        ...rest,
        ...(state === undefined ? {} : { state }),
        children: [...steps.entries()].flatMap(([child, { parents }]) => (parents.includes(position) ? [child] : [])),
      })),
    }));
}

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    'charge_card',
    '"];evil["',
    '</text><script>alert(1)</script>',
    ']]>&amp;&#0;',
    '%%{init: {}}%%',
    'a\\"b\\',
    'end',
    '`**bold**`',
    "'; --> x",
    '\u0000\u001b[31mred\ud800',
    '支払い処理',
    'a\nb --> c',
  ),
);
