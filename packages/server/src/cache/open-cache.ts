import { type CacheConfig, cacheDefaults, cacheProblems, InvalidOptions } from '@tasker/engine';
import { type AnswerCache, createAnswerCache } from './answer-cache.ts';
import type { CacheStore } from './cache-store.ts';
import { type CapabilityDetection, type CapabilityDetector, createCapabilityDetection } from './capabilities.ts';
import { MemoryStore } from './memory-store.ts';

/** Settings as they are configured, and what only a program can say. */
export interface CacheOptions extends Partial<CacheConfig> {
  /** Where answers are kept. Default: in the memory of the process. */
  readonly store?: CacheStore;
  /** Say what stores can do, before what their class names say; later ones count more. */
  readonly detectors?: readonly CapabilityDetector[];
  /** What keys begin with: servers of different databases that share a store need different ones. Default `tasker`. */
  readonly prefix?: string;
}

export interface OpenCache {
  readonly cache: AnswerCache;
  readonly detection: CapabilityDetection;
  readonly settings: CacheConfig;
}

/**
 * @param onFault hears when the store begins to fail
 * @throws {InvalidOptions} with everything that is wrong
 */
export function openCache(
  { store, detectors = [], prefix = 'tasker', ...given }: CacheOptions,
  onFault: (message: string, error: unknown) => void,
): OpenCache {
  const settings = { ...cacheDefaults, ...given };
  const problems = cacheProblems(settings);
  if (problems.length > 0) throw new InvalidOptions(problems);
  const now = () => performance.now();
  const detection = createCapabilityDetection(detectors, onFault);
  const { pressureThreshold } = settings;
  const kept = store ?? new MemoryStore({ pressureThreshold, now });
  return { cache: createAnswerCache({ store: kept, detection, settings, prefix, now, onFault }), detection, settings };
}
