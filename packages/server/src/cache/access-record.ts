import type { CacheConfig } from '@tasker/engine';

/** How an answer is asked for. */
export interface AccessRecord {
  /** Share of the questions that found it, 0 to 1, smoothed. */
  readonly hitRate: number;
  /** How long it takes to make, seconds, smoothed. */
  readonly averageGenerationSeconds: number;
  /** Questions, the later ones counting more. */
  readonly accessFrequency: number;
  readonly totalAccesses: number;
  readonly hits: number;
  readonly misses: number;
}

type Smoothing = Pick<CacheConfig, 'hitRateSmoothingFactor' | 'accessFrequencyDecayRate'>;

export const unknownAccess: AccessRecord = {
  hitRate: 0,
  averageGenerationSeconds: 0,
  accessFrequency: 0,
  totalAccesses: 0,
  hits: 0,
  misses: 0,
};

export function afterHit(record: AccessRecord, smoothing: Smoothing): AccessRecord {
  const { accessFrequencyDecayRate: decay } = smoothing;
  return {
    ...afterAccess(record, 1, smoothing),
    averageGenerationSeconds: record.averageGenerationSeconds * decay,
    hits: record.hits + 1,
  };
}

/** @param seconds how long it took to make the answer */
export function afterMiss(record: AccessRecord, seconds: number, smoothing: Smoothing): AccessRecord {
  const { hitRateSmoothingFactor: slowness } = smoothing;
  return {
    ...afterAccess(record, 0, smoothing),
    averageGenerationSeconds: record.averageGenerationSeconds * slowness + seconds * (1 - slowness),
    misses: record.misses + 1,
  };
}

function afterAccess(record: AccessRecord, found: 0 | 1, smoothing: Smoothing): AccessRecord {
  const { hitRateSmoothingFactor: slowness, accessFrequencyDecayRate: decay } = smoothing;
  return {
    ...record,
    hitRate: Math.min(1, Math.max(0, record.hitRate * slowness + found * (1 - slowness))),
    accessFrequency: record.accessFrequency * decay + 1,
    totalAccesses: record.totalAccesses + 1,
  };
}

/** Whether what a store returned is a record. */
export function isAccessRecord(value: unknown): value is AccessRecord {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(unknownAccess).every((key) => {
    const figure: unknown = Reflect.get(value, key);
    return typeof figure === 'number' && Number.isFinite(figure) && figure >= 0;
  });
}
