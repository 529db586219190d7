import type { Clock } from '@tasker/engine';
import type { CustomerRecord, InventoryRecord, SalesRecord } from '../analytics/records.ts';
import type { Order, Product, User } from '../metrics/rows.ts';
import type { Dashboards, Notifier } from './publication.ts';
import type { Source } from './source.ts';

/** Everything outside that the pipelines talk to. */
export interface PipelineServices {
  readonly orders: Source<Order>;
  readonly users: Source<User>;
  readonly products: Source<Product>;
  readonly sales: Source<SalesRecord>;
  readonly inventory: Source<InventoryRecord>;
  readonly customers: Source<CustomerRecord>;
  readonly cluster: Cluster;
  readonly dashboards: Dashboards;
  readonly notifier: Notifier;
  readonly announcer: Announcer;
  readonly clock: Clock;
}

/** Machines to compute on. */
export interface Cluster {
  /**
   * Room for a job.
   *
   * @throws {OutOfMemory} {PortTimeout} {NetworkError}
   */
  reserve(job: ClusterJob, signal: AbortSignal): Promise<void>;
}

export interface ClusterJob {
  readonly name: string;
  readonly processing_mode: string;
}

/** Tells other systems how far a pipeline has come. Nobody waits for it. */
export interface Announcer {
  announce(event: PipelineEvent): void;
}

export interface PipelineEvent {
  readonly name:
    | 'data_extraction_started'
    | 'data_extraction_completed'
    | 'data_extraction_failed'
    | 'pipeline_milestone_reached';
  readonly correlation_id: string;
  readonly step: string;
  readonly milestone?: 'extraction' | 'transformation' | 'publication';
  readonly records?: number;
}
