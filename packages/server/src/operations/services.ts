import type { Tasker, TaskerConfig } from '@tasker/engine';
import type { AnswerCache } from '../cache/answer-cache.ts';
import type { CapabilityDetection } from '../cache/capabilities.ts';
import { type CacheOptions, openCache } from '../cache/open-cache.ts';
import { createEventFeed, type EventFeed } from '../events/feed.ts';
import { createHealth, type Health } from '../health/health.ts';
import { builtInExporters } from '../metrics/built-in-exporters.ts';
import { createExporterRegistry, type ExporterChange, type ExporterRegistry } from '../metrics/exporter-registry.ts';
import type { MetricsExporter } from '../metrics/metrics-exporter.ts';
import { type Admission, createAdmission } from './admission.ts';
import { type Authorizer, allowEverything } from './permission.ts';

/** What operations work with. */
export interface Services {
  readonly tasker: Tasker;
  readonly authorizer: Authorizer;
  readonly health: Health;
  /** How metrics are written down. */
  readonly exporters: ExporterRegistry;
  /** Keeps answers that are costly to make. */
  readonly cache: AnswerCache;
  /** What the store of costly answers is taken to be able to do. */
  readonly cacheDetection: CapabilityDetection;
  /** Submissions pass here, whichever surface they come through. */
  readonly submissions: Admission;
  /** What happens, as it is committed. */
  readonly feed: EventFeed;
  /** Live streams pass here. */
  readonly streams: Admission;
}

export interface ServicesOptions {
  readonly tasker: Tasker;
  /** Default: everybody may do everything. */
  readonly authorizer?: Authorizer;
  /** Submissions under way at once; more are turned away (OVERLOADED). Default 1000. */
  readonly mostSubmissions?: number;
  /** Live streams at once; more are turned away. Default 1000. */
  readonly mostStreams?: number;
  /** Ways to write metrics down, besides those for Prometheus, JSON and CSV. */
  readonly exporters?: readonly MetricsExporter[];
  /** How old the figures of the status may be, and how long readiness may take. Default 15 and 5 seconds. */
  readonly health?: Partial<TaskerConfig['health']>;
  /** How answers are kept that are costly to make. Default: in the memory of the process. */
  readonly cache?: CacheOptions;
  /** Hears when the cache begins to fail; answers are made anew then. Default: nobody does. */
  readonly onCacheFault?: (message: string, error: unknown) => void;
  /** Hears of exporters that are registered. Default: nobody does. */
  readonly onExporter?: (change: ExporterChange) => void;
  /** Hears once that what happens cannot be followed, when that begins. Default: nobody does. */
  readonly onOutage?: (error: unknown) => void;
}

/** @throws {InvalidOptions} */
export function createServices(options: ServicesOptions): Services {
  const { tasker, authorizer = allowEverything, mostSubmissions = 1000, mostStreams = 1000 } = options;
  const { onOutage = nobody, onCacheFault = nobody, onExporter = nobody } = options;
  const feed = createEventFeed(tasker.db, { listenTo: (onNews) => tasker.on('*', onNews), onOutage });
  const exporters = createExporterRegistry([...builtInExporters, ...(options.exporters ?? [])], onExporter);
  const { cache, detection, settings } = openCache(options.cache ?? {}, onCacheFault);
  return {
    tasker,
    authorizer,
    health: createHealth(tasker.db, {
      settings: { cacheDurationSeconds: 15, readinessTimeoutSeconds: 5, ...options.health },
      cache,
      dashboardTtlSeconds: settings.dashboardTtlSeconds,
      listenerSilenceMs: feed.silenceMs,
      subscriptionStatistics: tasker.subscriptionStatistics,
      exporterStatistics: exporters.statistics,
    }),
    exporters,
    cache,
    cacheDetection: detection,
    submissions: createAdmission('submissions', mostSubmissions),
    feed,
    streams: createAdmission('live streams', mostStreams),
  };
}

const nobody = () => undefined;
