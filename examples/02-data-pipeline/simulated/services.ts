import { type Clock, systemClock } from '@tasker/engine';
import { FaultPlan } from '../../shared/fault-plan.ts';
import { type IdSource, randomIds } from '../../shared/ids.ts';
import type { PipelineEvent, PipelineServices } from '../services/pipeline-services.ts';
import type { DashboardResponse, DashboardUpdate } from '../services/publication.ts';
import type { Extraction, ExtractionQuery, Source } from '../services/source.ts';
import { SimulatedChat } from './chat.ts';
import * as january from './january-2024.ts';
import type { PipelineMethods } from './methods.ts';
import * as november from './november-2025.ts';

/** The services of pipelines that analyse a shop of six orders: in this process, with nothing behind them. */
export interface SimulatedPipelineServices extends PipelineServices {
  readonly faults: FaultPlan<PipelineMethods>;
  /** What was announced, in order. */
  readonly events: readonly PipelineEvent[];
  readonly notifier: SimulatedChat;
}

/** @param options both default to the real thing: the system's clock, random ids */
export function createPipelineServices(options: { clock?: Clock; ids?: IdSource } = {}): SimulatedPipelineServices {
  const { clock = systemClock, ids = randomIds } = options;
  const faults = new FaultPlan<PipelineMethods>(clock);
  const events: PipelineEvent[] = [];
  const inRange = ({ start_date, end_date }: ExtractionQuery) =>
    january.orders.filter(({ order_date }) => order_date >= start_date && order_date <= end_date);
  return {
    orders: source(30_000, (query, signal) =>
      faults.perform('orders.extract', query, () => found('order_database', inRange(query)), signal),
    ),
    users: source(45_000, (query, signal) =>
      faults.perform('users.extract', query, () => found('customer_system', january.users), signal),
    ),
    products: source(20_000, (query, signal) =>
      faults.perform('products.extract', query, () => found('inventory_system', january.products), signal),
    ),
    sales: source(30_000, (query, signal) =>
      faults.perform('sales.extract', query, () => found('sales_database', november.sales), signal),
    ),
    inventory: source(30_000, (query, signal) =>
      faults.perform('inventory.extract', query, () => found('warehouse_system', november.inventory), signal),
    ),
    customers: source(30_000, (query, signal) =>
      faults.perform('customers.extract', query, () => found('customer_system', november.customers), signal),
    ),
    cluster: { reserve: (job, signal) => faults.perform(`cluster.${job.name}`, job, () => undefined, signal) },
    dashboards: {
      update: (request, signal) => faults.perform('dashboards.update', request, () => updated(request), signal),
    },
    notifier: new SimulatedChat(faults, ids),
    announcer: { announce: (event) => void events.push(event) },
    clock,
    faults,
    events,
  };
}

function source<Row>(timeoutMs: number, extract: Source<Row>['extract']): Source<Row> {
  return { timeoutMs, extract };
}

function found<Row>(from: string, rows: readonly Row[]): Extraction<Row> {
  return { rows, source: from, query_time_ms: 12 };
}

function updated({ dashboard_id, sections }: DashboardUpdate): DashboardResponse {
  return { dashboard_id, updated_sections: Object.keys(sections) };
}
