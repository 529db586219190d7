import type { Tasker } from '@tasker/engine';
import { createEventFeed, type EventFeed } from '../events/feed.ts';
import { createHealth, type Health, type HealthOptions } from '../health/health.ts';
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
  /** Submissions pass here, whichever surface they come through. */
  readonly submissions: Admission;
  /** What happens, as it is committed. */
  readonly feed: EventFeed;
  /** Live streams pass here. */
  readonly streams: Admission;
}

export interface ServicesOptions extends Omit<HealthOptions, 'listenerSilenceMs'> {
  readonly tasker: Tasker;
  /** Default: everybody may do everything. */
  readonly authorizer?: Authorizer;
  /** Submissions under way at once; more are turned away (OVERLOADED). Default 1000. */
  readonly mostSubmissions?: number;
  /** Live streams at once; more are turned away. Default 1000. */
  readonly mostStreams?: number;
  /** Ways to write metrics down, besides those for Prometheus, JSON and CSV. */
  readonly exporters?: readonly MetricsExporter[];
  /** Hears of exporters that are registered. Default: nobody does. */
  readonly onExporter?: (change: ExporterChange) => void;
  /** Hears once that what happens cannot be followed, when that begins. Default: nobody does. */
  readonly onOutage?: (error: unknown) => void;
}

export function createServices(options: ServicesOptions): Services {
  const { tasker, authorizer = allowEverything, mostSubmissions = 1000, mostStreams = 1000, ...rest } = options;
  const { onOutage = () => undefined, onExporter, exporters = [], ...health } = rest;
  const feed = createEventFeed(tasker.db, { listenTo: (onNews) => tasker.on('*', onNews), onOutage });
  return {
    tasker,
    authorizer,
    health: createHealth(tasker.db, { ...health, listenerSilenceMs: feed.silenceMs }),
    exporters: createExporterRegistry([...builtInExporters, ...exporters], onExporter),
    submissions: createAdmission('submissions', mostSubmissions),
    feed,
    streams: createAdmission('live streams', mostStreams),
  };
}
