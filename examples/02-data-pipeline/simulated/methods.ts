import type { CustomerRecord, InventoryRecord, SalesRecord } from '../analytics/records.ts';
import type { Order, Product, User } from '../metrics/rows.ts';
import type { ClusterJob } from '../services/pipeline-services.ts';
import type {
  ChannelNotification,
  DashboardResponse,
  DashboardUpdate,
  NotificationResponse,
} from '../services/publication.ts';
import type { Extraction, ExtractionQuery } from '../services/source.ts';

/** Everything that can be made to fail. */
export type PipelineMethods = {
  readonly 'orders.extract': Extract<Order>;
  readonly 'users.extract': Extract<User>;
  readonly 'products.extract': Extract<Product>;
  readonly 'sales.extract': Extract<SalesRecord>;
  readonly 'inventory.extract': Extract<InventoryRecord>;
  readonly 'customers.extract': Extract<CustomerRecord>;
  /** With the name of the step. */
  readonly [Job: `cluster.${string}`]: { readonly request: ClusterJob; readonly response: undefined };
  readonly 'dashboards.update': { readonly request: DashboardUpdate; readonly response: DashboardResponse };
  readonly 'notifier.send': { readonly request: ChannelNotification; readonly response: NotificationResponse };
};

interface Extract<Row> {
  readonly request: ExtractionQuery;
  readonly response: Extraction<Row>;
}
