/** How long costly answers are kept. */
export interface CacheConfig {
  /** Of answers that have no time of their own. Default 300. */
  readonly defaultTtlSeconds: number;
  /** Of answers for dashboards. Default 120. */
  readonly dashboardTtlSeconds: number;
  /** Keep longer what is asked for often and takes long, and shorter what is not. Default true. */
  readonly adaptiveTtlEnabled: boolean;
  /** Bounds of the time that is adapted. Defaults 30 and 3600. */
  readonly minAdaptiveTtlSeconds: number;
  readonly maxAdaptiveTtlSeconds: number;
  /** The time of an answer is adapted at most so often. Default 30. */
  readonly adaptiveCalculationIntervalSeconds: number;
  /** Note how each answer is asked for; without, no time is adapted. Default true. */
  readonly performanceTrackingEnabled: boolean;
  /** How slowly the hit rate and the time to make an answer follow what happens: 0 at once, 1 never. Default 0.9. */
  readonly hitRateSmoothingFactor: number;
  /** How much of the frequency is left with each access. 0 to 1, default 0.95. */
  readonly accessFrequencyDecayRate: number;
  /** The memory of the process makes room when so much of it is used. 0 to 1, default 0.8. */
  readonly pressureThreshold: number;
}

export const cacheDefaults: CacheConfig = {
  defaultTtlSeconds: 300,
  dashboardTtlSeconds: 120,
  adaptiveTtlEnabled: true,
  minAdaptiveTtlSeconds: 30,
  maxAdaptiveTtlSeconds: 3600,
  adaptiveCalculationIntervalSeconds: 30,
  performanceTrackingEnabled: true,
  hitRateSmoothingFactor: 0.9,
  accessFrequencyDecayRate: 0.95,
  pressureThreshold: 0.8,
};

/** Everything that is wrong with the settings, whoever gave them. */
export function cacheProblems(cache: CacheConfig): string[] {
  const { minAdaptiveTtlSeconds: least, maxAdaptiveTtlSeconds: most } = cache;
  return [
    ...Object.entries(cache).flatMap(([name, value]: [string, unknown]) => problemOf(name, value)),
    ...(least < most
      ? []
      : [`cache.minAdaptiveTtlSeconds (${least}) must be less than cache.maxAdaptiveTtlSeconds (${most}).`]),
  ];
}

function problemOf(name: string, value: unknown): string[] {
  const given = JSON.stringify(value) ?? String(value);
  if (name.endsWith('Enabled')) {
    return typeof value === 'boolean' ? [] : [`cache.${name} must be true or false, not ${given}.`];
  }
  if (name.endsWith('Seconds')) {
    const isTime = typeof value === 'number' && value > 0 && Number.isFinite(value);
    return isTime ? [] : [`cache.${name} must be a number of seconds above 0, not ${given}.`];
  }
  const isShare = typeof value === 'number' && value >= 0 && value <= 1;
  return isShare ? [] : [`cache.${name} must be a number from 0 to 1, not ${given}.`];
}
