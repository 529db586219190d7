/** Where answers are kept: the memory of the process, or something of the program's own that all servers share. */
export interface CacheStore {
  /** What it can do, where its class name does not say. */
  readonly capabilities?: Partial<CacheCapabilities>;
  /** Undefined or null: there is nothing under the key, or not any more. */
  get(key: string): Promise<string | null | undefined> | string | null | undefined;
  set(key: string, text: string, ttlSeconds: number): Promise<unknown> | void;
  /** Like `set`, unless there is something under the key; whether it was set. Lets one of many servers make an answer. */
  add?(key: string, text: string, ttlSeconds: number): Promise<boolean> | boolean;
}

/** What a store can do for servers that share it. */
export interface CacheCapabilities {
  /** All servers see the same. */
  readonly distributed: boolean;
  /** Counts without losing what others count meanwhile. */
  readonly atomicIncrement: boolean;
  /** Sets what nobody has set (`add`). */
  readonly locking: boolean;
}
