import { type HealthStatusAnswer, type Readiness, type SystemCounts, systemCountsSchema } from '@tasker/contract/wire';
import {
  type RegistryStatistics,
  registryStatistics,
  type SubscriptionStatistics,
  type Tasker,
  type TaskerConfig,
} from '@tasker/engine';
import { Compile } from 'typebox/compile';
import type { AnswerCache } from '../cache/answer-cache.ts';
import type { ExporterStatistics } from '../metrics/exporter-registry.ts';
import { checkReadiness } from './check-readiness.ts';
import { readStatus } from './read-status.ts';
import { registryStatus } from './registry-status.ts';

/** How this process and the system stand. */
export interface Health {
  /** Never rejects: what does not answer is an answer. */
  readiness(): Promise<Readiness>;
  /** Counted at most every so often, for everybody who asks meanwhile. */
  counts(): Promise<SystemCounts>;
  /** The counts, and how this process fares. */
  status(): Promise<HealthStatusAnswer>;
}

export interface HealthOptions {
  readonly settings: TaskerConfig['health'];
  readonly cache: AnswerCache;
  /** How long what is known of the registry is kept at first, seconds. */
  readonly dashboardTtlSeconds: number;
  /** When the live stream last heard from the database, milliseconds ago; undefined: it does not listen. */
  readonly listenerSilenceMs: () => number | undefined;
  readonly subscriptionStatistics: () => SubscriptionStatistics;
  readonly exporterStatistics: () => ExporterStatistics;
}

export function createHealth(db: Tasker['db'], options: HealthOptions): Health {
  const { settings, cache, dashboardTtlSeconds, listenerSilenceMs } = options;

  const count = () =>
    cache.fetch(
      // how old it may be is a promise: no time is adapted
      { key: 'system_counts', ttlSeconds: settings.cacheDurationSeconds, adaptive: false, isAnswer: isCounts },
      () => readStatus(db),
    );

  return {
    readiness: () => checkReadiness(db, { timeoutMs: settings.readinessTimeoutSeconds * 1000, listenerSilenceMs }),
    counts: async () => (await count()).answer,
    async status() {
      const { answer, cached } = await count();
      const { answer: templates } = await cache.fetch(
        { key: 'registry_statistics', ttlSeconds: dashboardTtlSeconds, isAnswer: isRegistryStatistics },
        () => registryStatistics(db),
      );
      return {
        ...answer,
        cached,
        timestamp: new Date().toISOString(),
        registries: registryStatus(templates, options.subscriptionStatistics(), options.exporterStatistics()),
        cache: { ...cache.status() },
      };
    },
  };
}

const counts = Compile(systemCountsSchema);

function isCounts(value: unknown): value is SystemCounts {
  return counts.Check(value);
}

/** Written by us; of another version, perhaps. */
function isRegistryStatistics(value: unknown): value is RegistryStatistics {
  if (typeof value !== 'object' || value === null) return false;
  const figures = ['namespaces', 'templates', 'versions', 'revisions', 'efficiency'];
  return (
    figures.every((figure) => typeof Reflect.get(value, figure) === 'number') &&
    ['utilization', 'distribution'].every((mark) => typeof Reflect.get(value, mark) === 'string') &&
    ['byNamespace', 'recommendations'].every((list) => Array.isArray(Reflect.get(value, list)))
  );
}
