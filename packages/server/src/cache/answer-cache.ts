import { randomUUID } from 'node:crypto';
import type { CacheConfig } from '@tasker/engine';
import { type AccessRecord, afterHit, afterMiss, isAccessRecord, unknownAccess } from './access-record.ts';
import { adaptiveTtlSeconds } from './adaptive-ttl.ts';
import type { CacheStore } from './cache-store.ts';
import type { CacheMode, CapabilityDetection } from './capabilities.ts';
import { createSteadyStore, type SteadyStore } from './steady-store.ts';

/** Keeps answers that are costly to make. What keeps them may break: then they are made. */
export interface AnswerCache {
  fetch<Answer>(question: Question<Answer>, make: () => Promise<Answer>): Promise<Fetched<Answer>>;
  status(): CacheStatus;
}

export interface Question<Answer> {
  readonly key: string;
  /** Default: `defaultTtlSeconds`, adapted. */
  readonly ttlSeconds?: number;
  /** False: it is kept exactly as long as `ttlSeconds` say. Default true. */
  readonly adaptive?: boolean;
  /** Whether what a store returned is an answer: other versions of the program may share it. */
  readonly isAnswer: (value: unknown) => value is Answer;
}

export interface Fetched<Answer> {
  readonly answer: Answer;
  /** It was made for somebody who asked before. */
  readonly cached: boolean;
}

/** Of this process. */
export interface CacheStatus {
  /** The class of the store. */
  readonly store: string;
  readonly mode: CacheMode;
  /** False while it does not do what it is asked, and answers are made instead. */
  readonly working: boolean;
  readonly hits: number;
  readonly misses: number;
}

export interface AnswerCacheOptions {
  readonly store: CacheStore;
  readonly detection: CapabilityDetection;
  readonly settings: CacheConfig;
  /** What keys begin with: servers of different databases that share a store need different ones. */
  readonly prefix: string;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
  /** Hears when the store begins to fail. */
  readonly onFault: (message: string, error: unknown) => void;
}

/** For so long what is known of how an answer is asked for is kept after the last time. */
const recordTtlSeconds = 3600;
/** So long one server has the right to make an answer that all of them wait for. */
const rightTtlSeconds = 5;
/** So often, and with such a pause, the others look whether it is there. */
const looks = 10;
const lookEveryMs = 100;

export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { detection, settings, prefix, now } = options;
  const store = createSteadyStore(options);
  const instance = randomUUID();
  const underway = new Map<string, Promise<Fetched<unknown>>>();
  const adapted = new Map<string, { readonly seconds: number; readonly at: number }>();
  let hits = 0;
  let misses = 0;

  /** Of the store as it is known now: detectors may have come since. */
  const mode = () => detection.detect(options.store).mode;
  const answerKey = (key: string) => `${prefix}:answer:${key}`;
  const recordKey = (key: string) =>
    mode() === 'local_only' ? `${prefix}:cache_perf:${instance}:${key}` : `${prefix}:cache_perf:${key}`;

  async function readRecord(key: string): Promise<AccessRecord> {
    return (await read(store, recordKey(key), isAccessRecord)) ?? unknownAccess;
  }

  /** A time that is not adapted needs no record. */
  async function note(
    { key, adaptive = true }: Question<unknown>,
    change: (record: AccessRecord) => AccessRecord,
  ): Promise<void> {
    if (!adaptive || !settings.performanceTrackingEnabled) return;
    await store.set(recordKey(key), JSON.stringify(change(await readRecord(key))), recordTtlSeconds);
  }

  async function ttlOf({ key, ttlSeconds: base = settings.defaultTtlSeconds, adaptive = true }: Question<unknown>) {
    if (!adaptive) return base;
    // whoever makes keys of what is asked for would fill the memory with times of long ago
    for (const [other, { at }] of adapted) {
      if (now() - at >= settings.adaptiveCalculationIntervalSeconds * 1000) adapted.delete(other);
    }
    const last = adapted.get(key);
    if (last !== undefined) return last.seconds;
    const record = settings.performanceTrackingEnabled ? await readRecord(key) : unknownAccess;
    const seconds = adaptiveTtlSeconds(base, record, settings);
    adapted.set(key, { seconds, at: now() });
    return seconds;
  }

  async function find<Answer>({ key, isAnswer }: Question<Answer>): Promise<Answer | undefined> {
    return read(store, answerKey(key), isAnswer);
  }

  /** What another server is making now; undefined when it is for us to make. */
  async function awaitOther<Answer>(question: Question<Answer>): Promise<Answer | undefined> {
    if (mode() !== 'distributed_atomic') return undefined;
    if (await store.add(`${answerKey(question.key)}:making`, instance, rightTtlSeconds)) return undefined;
    for (let look = 0; look < looks; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      const answer = await find(question);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  async function fetchNow<Answer>(question: Question<Answer>, make: () => Promise<Answer>): Promise<Fetched<Answer>> {
    const { key } = question;
    const found = (await find(question)) ?? (await awaitOther(question));
    if (found !== undefined) {
      hits += 1;
      await note(question, (record) => afterHit(record, settings));
      return { answer: found, cached: true };
    }
    misses += 1;
    const beganAt = now();
    const answer = await make();
    const seconds = (now() - beganAt) / 1000;
    await store.set(answerKey(key), JSON.stringify(answer), await ttlOf(question));
    await note(question, (record) => afterMiss(record, seconds, settings));
    return { answer, cached: false };
  }

  return {
    async fetch<Answer>(question: Question<Answer>, make: () => Promise<Answer>): Promise<Fetched<Answer>> {
      const { key, isAnswer } = question;
      const other = underway.get(key);
      if (other !== undefined) {
        const { answer } = await other;
        // who asks at the same time asks the same
        if (isAnswer(answer)) {
          hits += 1;
          return { answer, cached: true };
        }
      }
      const fetching = fetchNow(question, make);
      underway.set(key, fetching);
      try {
        return await fetching;
      } finally {
        if (underway.get(key) === fetching) underway.delete(key);
      }
    },
    status: () => {
      const { store: name } = detection.detect(options.store);
      return { store: name, mode: mode(), working: store.isWorking(), hits, misses };
    },
  };
}

async function read<Value>(
  store: SteadyStore,
  key: string,
  isValue: (value: unknown) => value is Value,
): Promise<Value | undefined> {
  const value = parsed(await store.get(key));
  return isValue(value) ? value : undefined;
}

/** What others wrote under our keys is as good as nothing. */
function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
