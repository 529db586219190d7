import { type CacheConfig, cacheDefaults } from '@tasker/engine';
import { expect, it, onTestFinished, vi } from 'vitest';
import { unknownAccess } from './access-record.ts';
import { createAnswerCache, type Question } from './answer-cache.ts';
import type { CacheCapabilities, CacheStore } from './cache-store.ts';
import { createCapabilityDetection } from './capabilities.ts';
import { MemoryStore } from './memory-store.ts';

const isText = (value: unknown): value is string => typeof value === 'string';
const question: Question<string> = { key: 'q', isAnswer: isText };
const all: CacheCapabilities = { distributed: true, atomicIncrement: true, locking: true };

interface Open {
  readonly settings?: Partial<CacheConfig>;
  readonly store?: CacheStore;
}

/** A cache on a clock that stands still, and a question whose answers are numbered. */
function open({ settings = {}, store }: Open = {}) {
  const time = { ms: 0 };
  const now = () => time.ms;
  const faults: string[] = [];
  const onFault = (message: string, error: unknown) => faults.push(`${message}: ${String(error)}`);
  const kept = store ?? new MemoryStore({ pressureThreshold: 0.8, now });
  const cache = createAnswerCache({
    store: kept,
    detection: createCapabilityDetection([], onFault),
    settings: { ...cacheDefaults, ...settings },
    prefix: 't',
    now,
    onFault,
  });
  let made = 0;
  const ask = (more: Partial<Question<string>> = {}, seconds = 0) =>
    cache.fetch({ ...question, ...more }, async () => {
      made += 1;
      time.ms += seconds * 1000;
      return `answer ${made}`;
    });
  return { cache, ask, time, faults };
}

/** What many servers share. */
class SharedStore extends MemoryStore {
  readonly capabilities = all;
  /** By key. */
  readonly ttls = new Map<string, number>();

  constructor() {
    super({ pressureThreshold: 1, now: () => 0 });
  }
  override set(key: string, text: string, ttlSeconds: number): void {
    this.ttls.set(key, ttlSeconds);
    super.set(key, text, ttlSeconds);
  }
  add(key: string, text: string, ttlSeconds: number): boolean {
    if (this.get(key) !== undefined) return false;
    this.set(key, text, ttlSeconds);
    return true;
  }
}

it('CORE-126: makes an answer once, and again when its time is over', async () => {
  const { cache, ask, time } = open();
  expect(await ask()).toEqual({ answer: 'answer 1', cached: false });
  time.ms = 299_000;
  expect(await ask()).toEqual({ answer: 'answer 1', cached: true });
  time.ms = 300_000;
  expect(await ask()).toEqual({ answer: 'answer 2', cached: false });
  expect(cache.status()).toEqual({ store: 'MemoryStore', mode: 'local_only', working: true, hits: 1, misses: 2 });
});

it('CORE-126: makes one answer for all who ask at the same time, and none for those after a failure', async () => {
  const { cache } = open();
  let made = 0;
  const fetch = (fail = false) =>
    cache.fetch(question, async () => {
      made += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (fail) throw new Error('no database');
      return 'answer';
    });
  const failed = await Promise.allSettled([fetch(true), fetch(true)]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(made).toBe(1);
  expect((await Promise.all([fetch(), fetch(), fetch()])).map(({ cached }) => cached)).toEqual([false, true, true]);
  expect(made).toBe(2);
});

it('CORE-126: keeps longer what is found often and takes long to make, and works the time out every so often', async () => {
  const settings = { hitRateSmoothingFactor: 0, minAdaptiveTtlSeconds: 1 };
  const { ask, time } = open({ settings });
  await ask({}, 2);
  // nothing was known when it was made
  time.ms += 299_999;
  expect((await ask()).cached).toBe(true);
  time.ms += 1;
  // now it was found always (× 1.5), takes 1.9 s (× 1.3), and is not asked for often (× 0.9)
  expect((await ask({}, 2)).cached).toBe(false);
  time.ms += 525_999;
  expect((await ask()).cached).toBe(true);
  time.ms += 1;
  expect((await ask()).cached).toBe(false);
});

it('CORE-124: the time is adapted again only after the interval', async () => {
  const settings = { adaptiveCalculationIntervalSeconds: 1_000, hitRateSmoothingFactor: 0 };
  const { ask, time } = open({ settings });
  await ask({}, 2);
  await ask();
  time.ms = 302_000;
  await ask();
  time.ms += 300_000;
  expect((await ask()).cached).toBe(false);
});

it('CORE-124: without notes on how it is asked for, and where a time is exact, nothing is adapted', async () => {
  const without = open({ settings: { performanceTrackingEnabled: false, hitRateSmoothingFactor: 0 } });
  await without.ask({}, 5);
  await without.ask();
  without.time.ms = 305_000;
  await without.ask({}, 5);
  without.time.ms += 300_000;
  expect((await without.ask()).cached).toBe(false);

  // what others noted in a store that is shared does not count either
  const store = new SharedStore();
  store.set('t:cache_perf:q', JSON.stringify({ ...unknownAccess, hitRate: 1 }), 1000);
  await open({ store, settings: { performanceTrackingEnabled: false } }).ask();
  expect(store.ttls.get('t:answer:q')).toBe(300);

  const exact = open();
  const now = { ttlSeconds: 3, adaptive: false };
  await exact.ask(now);
  exact.time.ms = 2_999;
  expect((await exact.ask(now)).cached).toBe(true);
  exact.time.ms = 3_000;
  expect((await exact.ask(now)).cached).toBe(false);
});

it('CORE-126: a store that fails is told of once, left alone for a while, and never fails anybody', async () => {
  let asked = 0;
  let works = false;
  class ShakyStore extends MemoryStore {
    override get(key: string): string | undefined {
      asked += 1;
      if (!works) throw new Error('gone');
      return super.get(key);
    }
  }
  const store = new ShakyStore({ pressureThreshold: 1, now: () => 0 });
  const { cache, ask, time, faults } = open({ store });
  expect(await ask()).toEqual({ answer: 'answer 1', cached: false });
  expect(await ask()).toEqual({ answer: 'answer 2', cached: false });
  expect([asked, cache.status().working]).toEqual([1, false]);
  time.ms = 5_000;
  expect((await ask()).answer).toBe('answer 3');
  expect(asked).toBe(2);
  works = true;
  time.ms = 10_000;
  expect((await ask()).answer).toBe('answer 4');
  expect(await ask()).toEqual({ answer: 'answer 4', cached: true });
  expect(cache.status().working).toBe(true);
  expect(faults).toEqual(['the cache store ShakyStore fails; answers are made anew meanwhile: Error: gone']);
});

it('CORE-126: a store that does not answer is waited for a second', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const never = () => new Promise<never>(() => undefined);
  const { ask, faults } = open({ store: { get: never, set: never } });
  const asking = ask();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await asking).toEqual({ answer: 'answer 1', cached: false });
  expect(faults).toEqual([expect.stringContaining('no answer within 1000 ms')]);
});

it.each(['nonsense', '17', 'null'])('CORE-126: what is no answer is as good as nothing: %s', async (text) => {
  const store = new SharedStore();
  store.set('t:answer:q', text, 1000);
  store.set('t:cache_perf:q', text, 1000);
  expect(await open({ store }).ask()).toEqual({ answer: 'answer 1', cached: false });
});

it('CORE-125, CORE-126: servers that share a store share answers and what is known of them; others keep notes apart', async () => {
  const store = new SharedStore();
  const [one, other] = [open({ store }), open({ store })];
  expect(await one.ask()).toEqual({ answer: 'answer 1', cached: false });
  expect(await other.ask()).toEqual({ answer: 'answer 1', cached: true });
  expect([...store.ttls.keys()]).toEqual(['t:answer:q:making', 't:answer:q', 't:cache_perf:q']);

  class PlainStore extends SharedStore {
    override readonly capabilities = { ...all, distributed: false };
  }
  const plain = new PlainStore();
  await open({ store: plain }).ask();
  expect([...plain.ttls.keys()]).toEqual(['t:answer:q', expect.stringMatching(/^t:cache_perf:[0-9a-f-]{36}:q$/)]);
});

it('CORE-125: of servers whose store can lock one makes the answer, and the others wait for it, but not for ever', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const store = new SharedStore();
  store.set('t:answer:q:making', 'another', 5);
  const waiting = open({ store }).ask();
  await vi.advanceTimersByTimeAsync(250);
  store.set('t:answer:q', '"from another"', 100);
  await vi.advanceTimersByTimeAsync(100);
  expect(await waiting).toEqual({ answer: 'from another', cached: true });

  const dead = new SharedStore();
  dead.set('t:answer:q:making', 'another', 5);
  const impatient = open({ store: dead }).ask();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await impatient).toEqual({ answer: 'answer 1', cached: false });
});
