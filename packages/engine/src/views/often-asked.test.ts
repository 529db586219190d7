import { expect, it } from 'vitest';
import { oftenAsked } from './often-asked.ts';

it('names what is asked for the third time, always the same', () => {
  const nameOf = oftenAsked('list');
  expect([nameOf('a'), nameOf('b'), nameOf('a')]).toEqual([undefined, undefined, undefined]);
  const name = nameOf('a');
  expect(name).toMatch(/^list_[0-9a-f]{16}$/);
  expect(nameOf('a')).toBe(name);
  expect(nameOf('b')).toBeUndefined();
  const other = oftenAsked('list');
  expect([other('a'), other('a'), other('a')]).toEqual([undefined, undefined, name]);
});

it('names sixteen and no more, and forgets what is asked now and then', () => {
  const nameOf = oftenAsked('list');
  const thrice = (text: string) => [nameOf(text), nameOf(text), nameOf(text)][2];
  nameOf('now');
  nameOf('now');
  for (let i = 0; i < 500; i++) nameOf(`once ${i}`);
  expect(nameOf('now')).toBeUndefined();
  const names = Array.from({ length: 20 }, (_, i) => thrice(`often ${i}`));
  expect(new Set(names.slice(0, 16)).size).toBe(16);
  expect(names.slice(0, 16)).not.toContain(undefined);
  expect(names.slice(16)).toEqual([undefined, undefined, undefined, undefined]);
  expect(nameOf('often 3')).toBe(names[3]);
});
