import type { CacheStore } from './cache-store.ts';

/** A store whose troubles are its own: what it cannot do, or not in time, is as if it had not been asked. */
export interface SteadyStore {
  get(key: string): Promise<unknown>;
  set(key: string, text: string, ttlSeconds: number): Promise<void>;
  /** Whether it was set; also where nobody can say. */
  add(key: string, text: string, ttlSeconds: number): Promise<boolean>;
  isWorking(): boolean;
}

export interface SteadyStoreOptions {
  readonly store: CacheStore;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
  /** Hears when it begins to fail. */
  readonly onFault: (message: string, error: unknown) => void;
}

/** Longer than a store takes that is of use. */
const patienceMs = 1_000;
/** A store that failed is left alone for so long: everybody who asks would wait for it. */
const restMs = 5_000;

export function createSteadyStore({ store, now, onFault }: SteadyStoreOptions): SteadyStore {
  let restsUntil = Number.NEGATIVE_INFINITY;
  let isWorking = true;

  async function ask<Answer>(work: () => Promise<Answer> | Answer, otherwise: Answer): Promise<Answer> {
    if (now() < restsUntil) return otherwise;
    try {
      const answer = await inTime(work);
      isWorking = true;
      return answer;
    } catch (error) {
      restsUntil = now() + restMs;
      if (isWorking) onFault(`the cache store ${store.constructor.name} fails; answers are made anew meanwhile`, error);
      isWorking = false;
      return otherwise;
    }
  }

  return {
    get: (key) => ask(() => store.get(key), undefined),
    set: (key, text, ttlSeconds) =>
      ask(async () => {
        await store.set(key, text, ttlSeconds);
      }, undefined),
    add: (key, text, ttlSeconds) => ask(() => store.add?.(key, text, ttlSeconds) ?? true, true),
    isWorking: () => isWorking,
  };
}

async function inTime<Answer>(work: () => Promise<Answer> | Answer): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
