import { expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';

it('CORE-126: keeps a text for as long as it was told', () => {
  let ms = 0;
  const store = new MemoryStore({ pressureThreshold: 0.8, now: () => ms });
  store.set('a', 'x', 2);
  ms = 1_999;
  expect(store.get('a')).toBe('x');
  ms = 2_000;
  expect([store.get('a'), store.get('b')]).toEqual([undefined, undefined]);
});

it('CORE-124: makes room when so much of it is used as was said: first what is over, then the oldest', () => {
  let ms = 0;
  const store = new MemoryStore({ pressureThreshold: 0.5, now: () => ms, mostEntries: 8 });
  for (const key of ['a', 'b', 'c', 'd']) store.set(key, key, key === 'c' ? 1 : 100);
  const kept = () => ['a', 'b', 'c', 'd', 'e', 'f'].filter((key) => store.get(key) !== undefined).join('');
  expect(kept()).toBe('abcd');
  ms = 1_000;
  store.set('e', 'e', 100);
  expect(kept()).toBe('abde');
  store.set('a', 'again', 100);
  store.set('f', 'f', 100);
  expect(kept()).toBe('adef');

  const renewed = new MemoryStore({ pressureThreshold: 0.5, now: () => 0, mostEntries: 8 });
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) renewed.set(key, key, 100);
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => renewed.get(key) !== undefined)).toEqual(['a', 'c', 'd', 'e']);
});
