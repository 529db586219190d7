import type { CacheStore } from './cache-store.ts';

export interface MemoryStoreOptions {
  /** Makes room when so much of it is used. 0 to 1. */
  readonly pressureThreshold: number;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
  /** Default 1000. */
  readonly mostEntries?: number;
}

/** Keeps texts in this process. */
export class MemoryStore implements CacheStore {
  readonly #entries = new Map<string, { readonly text: string; readonly until: number }>();
  readonly #options: MemoryStoreOptions;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
  }

  get(key: string): string | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > this.#options.now() ? entry.text : undefined;
  }

  set(key: string, text: string, ttlSeconds: number): void {
    // the newest stand last
    this.#entries.delete(key);
    this.#makeRoom();
    this.#entries.set(key, { text, until: this.#options.now() + ttlSeconds * 1000 });
  }

  #makeRoom(): void {
    const { pressureThreshold, mostEntries = 1000, now } = this.#options;
    const isUnderPressure = () => this.#entries.size / mostEntries >= pressureThreshold;
    if (!isUnderPressure()) return;
    for (const [key, { until }] of this.#entries) if (until <= now()) this.#entries.delete(key);
    for (const key of this.#entries.keys()) {
      if (!isUnderPressure()) return;
      this.#entries.delete(key);
    }
  }
}
