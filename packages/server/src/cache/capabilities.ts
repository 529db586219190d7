import type { CacheCapabilities, CacheStore } from './cache-store.ts';

/** How servers share a store. */
export type CacheMode = 'distributed_atomic' | 'distributed_basic' | 'local_only';

/** Says what stores can do whose class it knows by name: a part of the name, or a pattern. */
export interface CapabilityDetector {
  readonly store: string | RegExp;
  detect(store: CacheStore): Partial<CacheCapabilities>;
}

export interface DetectedCapabilities extends CacheCapabilities {
  /** Of its class. */
  readonly store: string;
  readonly mode: CacheMode;
}

/** Finds out what stores can do, each once. */
export interface CapabilityDetection {
  detect(store: CacheStore): DetectedCapabilities;
  /** It counts more than those before it; what was found out is forgotten. */
  register(detector: CapabilityDetector): void;
  /** Forgets detectors, and what was found out. */
  clear(): void;
}

/** @param onFault hears of detectors that threw; what they would have said does not count */
export function createCapabilityDetection(
  detectors: readonly CapabilityDetector[],
  onFault: (message: string, error: unknown) => void,
): CapabilityDetection {
  let known = [...detectors];
  let found = new WeakMap<CacheStore, DetectedCapabilities>();

  function ask(detector: CapabilityDetector, store: CacheStore, name: string): Partial<CacheCapabilities> {
    if (!isNamed(name, detector.store)) return {};
    try {
      return detector.detect(store);
    } catch (error) {
      onFault(`a detector of what the cache store ${name} can do failed`, error);
      return {};
    }
  }

  function look(store: CacheStore): DetectedCapabilities {
    const name = store.constructor.name;
    const sources = [
      store.capabilities,
      ...known.map((detector) => ask(detector, store, name)).toReversed(),
      builtIn.find(({ pattern }) => pattern.test(name))?.capabilities,
    ];
    const said = (capability: keyof CacheCapabilities) =>
      sources.find((source) => source?.[capability] !== undefined)?.[capability] ?? false;
    const capabilities: CacheCapabilities = {
      distributed: said('distributed'),
      atomicIncrement: said('atomicIncrement'),
      locking: said('locking'),
    };
    return { store: name, ...capabilities, mode: modeOf(capabilities) };
  }

  return {
    detect(store) {
      const before = found.get(store);
      if (before !== undefined) return before;
      const detected = look(store);
      found.set(store, detected);
      return detected;
    },
    register(detector) {
      known.push(detector);
      found = new WeakMap();
    },
    clear() {
      known = [];
      found = new WeakMap();
    },
  };
}

const builtIn: readonly { readonly pattern: RegExp; readonly capabilities: CacheCapabilities }[] = [
  { pattern: /redis|valkey/i, capabilities: { distributed: true, atomicIncrement: true, locking: true } },
  { pattern: /memcache/i, capabilities: { distributed: true, atomicIncrement: true, locking: false } },
  { pattern: /memory|file|null/i, capabilities: { distributed: false, atomicIncrement: false, locking: false } },
];

function isNamed(name: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? name.includes(wanted) : new RegExp(wanted).test(name);
}

function modeOf({ distributed, atomicIncrement, locking }: CacheCapabilities): CacheMode {
  if (!distributed) return 'local_only';
  return atomicIncrement && locking ? 'distributed_atomic' : 'distributed_basic';
}
