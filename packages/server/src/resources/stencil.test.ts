import { expect, it } from 'vitest';
import { stencilOf } from './stencil.ts';

const places = new Map([
  ['who', /ada/],
  ['when', /(?<=at )\d+/],
] as const);

it('writes a text again with its places filled in anew, as often as they stand there', () => {
  const made = stencilOf('ada met ada at 1200, not 1300', places);
  expect(made.write({ who: 'bob', when: '9' })).toBe('bob met bob at 9, not 1300');
  expect(made.length).toBe('ada met ada at 1200, not 1300'.length);
});

it('takes what it is filled with as it is, even if that looks like a place', () => {
  expect(stencilOf('ada at 1', places).write({ who: 'at 2 ada $1', when: 'ada' })).toBe('at 2 ada $1 at ada');
});

it('leaves a text alone that has no places', () => {
  expect(stencilOf('nobody', places).write({ who: 'x', when: 'y' })).toBe('nobody');
});
