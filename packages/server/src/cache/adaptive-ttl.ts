import type { CacheConfig } from '@tasker/engine';
import type { AccessRecord } from './access-record.ts';

type Bounds = Pick<CacheConfig, 'adaptiveTtlEnabled' | 'minAdaptiveTtlSeconds' | 'maxAdaptiveTtlSeconds'>;
type Access = Pick<AccessRecord, 'hitRate' | 'averageGenerationSeconds' | 'accessFrequency'>;

/**
 * How long to keep an answer, whole seconds: longer what is found often, takes long to make and is asked for a lot;
 * shorter the contrary. What is not known yet (0) changes nothing.
 */
export function adaptiveTtlSeconds(
  baseSeconds: number,
  { hitRate, averageGenerationSeconds: generation, accessFrequency: frequency }: Access,
  { adaptiveTtlEnabled, minAdaptiveTtlSeconds, maxAdaptiveTtlSeconds }: Bounds,
): number {
  if (!adaptiveTtlEnabled) return baseSeconds;
  const adapted =
    baseSeconds *
    factor(hitRate, { much: 0.8, more: 1.5, little: 0.3, less: 0.7 }) *
    factor(generation, { much: 1, more: 1.3, little: 0.1, less: 0.8 }) *
    factor(frequency, { much: 100, more: 1.2, little: 5, less: 0.9 });
  return Math.min(maxAdaptiveTtlSeconds, Math.max(minAdaptiveTtlSeconds, truncated(adapted)));
}

interface Scale {
  readonly much: number;
  readonly more: number;
  readonly little: number;
  readonly less: number;
}

function factor(value: number, { much, more, little, less }: Scale): number {
  if (value > much) return more;
  return value > 0 && value < little ? less : 1;
}

/** 90 × 0.7 is 62.99999999999999 as numbers go, and 63 as everybody reckons. */
function truncated(seconds: number): number {
  return Math.trunc(Math.round(seconds * 1e6) / 1e6);
}
