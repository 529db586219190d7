import { InvalidContext, type TaskerLogger, type TemplateDocument } from '@tasker/engine';
import { expect, it } from 'vitest';
import { describeEachDatabase, type TestDatabaseKind } from '../../packages/engine/test/servers/databases.ts';
import { openExample, type SettledTask } from '../shared/example-under-test.ts';
import { fieldsOf } from '../shared/json-fields.ts';
import { NetworkError, PortTimeout } from '../shared/port-call.ts';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { pipelineHandlerClasses } from './handler-classes.ts';
import { pipelineHandlerFunctions } from './handler-functions.ts';
import { AuthenticationFailed, OutOfMemory } from './services/source.ts';
import { createPipelineServices, type SimulatedPipelineServices } from './simulated/services.ts';
import { pipelineErrors } from './simulated-errors.ts';
import { pipelineTemplates } from './templates.ts';

// The scenarios of both pipelines, by number, on the limits of production and a clock that waits for nobody.

const january = { date_range: { start_date: '2024-01-01', end_date: '2024-01-31' } };
const complete = {
  extract_orders: 'complete',
  extract_users: 'complete',
  extract_products: 'complete',
  transform_customer_metrics: 'complete',
  transform_product_metrics: 'complete',
  generate_insights: 'complete',
  update_dashboard: 'complete',
  send_notifications: 'complete',
};
const never = 'not run';

describeEachDatabase((kind) => {
  it('02.1 the whole month: the best customers and products, segments and categories', async () => {
    const { analyse } = await open(kind);
    const { status, course, results } = await analyse(january);
    expect([status, course]).toEqual(['complete', complete]);
    expect(results).toMatchObject({
      generate_insights: {
        insights: {
          top_customers: [
            { user_id: 103, total_revenue: 299.99 },
            { user_id: 105, total_revenue: 199.99 },
            { user_id: 102, total_revenue: 149.5 },
          ],
          top_products: [
            { product_id: 203, total_revenue: 299.99 },
            { product_id: 205, total_revenue: 199.99 },
            { product_id: 201, total_revenue: 179.98 },
          ],
          segment_analysis: { premium: 3, standard: 2 },
          category_performance: { widgets: 179.98, gadgets: 349.49, tools: 299.99 },
        },
      },
      update_dashboard: {
        dashboard_update: {
          dashboard_id: 'executive_dashboard_2024_01',
          updated_sections: ['customer_metrics', 'product_performance', 'revenue_insights', 'segment_analysis'],
        },
      },
      send_notifications: { notifications_sent: { notifications: [{ channel: '#data-team', status: 'delivered' }] } },
      transform_product_metrics: {
        product_metrics: expect.arrayContaining([expect.objectContaining({ product_id: 204, conversion_rate: 0 })]),
      },
    });
  });

  it('02.2 only orders of the range count, both its days included', async () => {
    const { analyse } = await open(kind);
    const { results } = await analyse({ date_range: { start_date: '2024-01-17', end_date: '2024-01-18' } });
    expect(results).toMatchObject({
      extract_orders: { extraction_metadata: { total_records: 2 } },
      transform_customer_metrics: {
        customer_metrics: [
          { user_id: 101, total_orders: 1, completed_orders: 0, total_revenue: 0, avg_order_value: 0 },
          { user_id: 103, total_revenue: 299.99, avg_order_value: 299.99 },
        ],
      },
    });
  });

  it('02.3 extracts run side by side, and a transform waits for its own two parents only', async () => {
    const { analyse, services } = await open(kind);
    services.faults.stubDelay('orders.extract', 4_000).stubDelay('users.extract', 5_000);
    services.faults.stubDelay('products.extract', 19_000);
    const { status, steps } = await analyse(january);
    expect(status).toBe('complete');
    const at = (name: string) => ({
      from: steps[name]?.startedAt?.getTime() ?? Number.NaN,
      to: steps[name]?.finishedAt?.getTime() ?? Number.NaN,
    });
    const [orders, users, products] = [at('extract_orders'), at('extract_users'), at('extract_products')];
    expect(Math.max(orders.from, users.from, products.from)).toBeLessThan(Math.min(orders.to, users.to, products.to));
    const [customerMetrics, productMetrics] = [at('transform_customer_metrics'), at('transform_product_metrics')];
    expect(customerMetrics.from).toBeGreaterThanOrEqual(users.to);
    expect(customerMetrics.to).toBeLessThan(products.to);
    expect(productMetrics.from).toBeGreaterThanOrEqual(products.to);
  });

  it('02.4 a source that does not answer once is asked again, and nothing else is repeated', async () => {
    const { analyse, services } = await open(kind);
    services.faults.stubFailure('orders.extract', PortTimeout, 'no answer', 1);
    const { course } = await analyse(january);
    expect(course).toEqual({ ...complete, extract_orders: 'complete 2' });
    expect(services.faults.callCount('users.extract')).toBe(1);
    expect(services.faults.callCount('products.extract')).toBe(1);
  });

  it('02.5 a source that never answers stops what needs it, and only that', async () => {
    const { analyse, services } = await open(kind);
    services.faults.stubFailure('orders.extract', NetworkError, 'connection refused');
    const { status, course } = await analyse(january);
    expect(status).toBe('error');
    expect(course).toEqual({ ...nothingAfterExtracts, extract_orders: 'CONNECTION_ERROR 3' });
  });

  it('02.6 a customer system that refuses us is not asked again; products are still analysed', async () => {
    const { analyse, services } = await open(kind);
    services.faults.stubFailure('users.extract', AuthenticationFailed, 'request timeout');
    const { course } = await analyse(january);
    expect(course).toEqual({
      ...nothingAfterExtracts,
      extract_users: 'CRM_AUTH_FAILED 1',
      transform_product_metrics: 'complete',
    });
  });

  it('02.7 an inventory that refuses us is not asked again; customers are still analysed', async () => {
    const { analyse, services } = await open(kind);
    services.faults.stubFailure('products.extract', AuthenticationFailed, 'invalid key');
    const { course } = await analyse(january);
    expect(course).toEqual({
      ...nothingAfterExtracts,
      extract_products: 'INVENTORY_AUTH_FAILED 1',
      transform_customer_metrics: 'complete',
    });
  });

  it('02.8 a transform without enough memory is tried twice, and the other one is not disturbed', async () => {
    const { analyse, services } = await open(kind);
    services.faults.stubFailure('cluster.transform_customer_metrics', OutOfMemory, 'heap limit');
    const { course } = await analyse(january);
    expect(course).toEqual({
      ...complete,
      transform_customer_metrics: 'OUT_OF_MEMORY 2',
      generate_insights: never,
      update_dashboard: never,
      send_notifications: never,
    });
  });

  it('02.9 a dashboard that refuses us keeps everybody from being told of it', async () => {
    const { analyse, services } = await open(kind);
    services.faults.stubFailure('dashboards.update', AuthenticationFailed, 'session timeout');
    const { course } = await analyse(january);
    expect(course).toEqual({
      ...complete,
      update_dashboard: 'DASHBOARD_AUTH_FAILED 1',
      send_notifications: never,
    });
    expect(services.notifier.told).toEqual([]);
  });

  it('02.10 a chat that wants fewer requests is asked every 60 s, five times', async () => {
    const { analyse, tasker } = await open(kind);
    const begin = tasker.clock.now();
    const { course } = await analyse({ ...january, notification_channels: ['#rate-limited'] });
    expect(course).toEqual({ ...complete, send_notifications: 'RATE_LIMITED 5' });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(240_000);
    expect(tasker.clock.now() - begin).toBeLessThan(300_000);
  });

  it('02.11 a forced refresh outlives four failures of the customer system', async () => {
    const { analyse, services } = await open(kind);
    services.faults.stubFailure('users.extract', NetworkError, 'connection reset', 4);
    const { course } = await analyse({ ...january, force_refresh: true });
    expect(course).toEqual({ ...complete, extract_users: 'complete 5' });
    expect(services.faults.lastCall('users.extract')).toMatchObject({ force_refresh: true });
  });

  it('02.12 no range is refused at the door; one that ends before it begins, by every extract', async () => {
    const { submit, analyse } = await open(kind);
    const refusal: unknown = await submit({ ...analytics, context: {} }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidContext);
    const { course } = await analyse({ date_range: { start_date: '2024-02-01', end_date: '2024-01-01' } });
    for (const step of ['extract_orders', 'extract_users', 'extract_products']) {
      expect(course[step]).toBe('INVALID_DATE_RANGE 1');
    }
  });

  it('02.13 the processing mode is in the metadata of every step that has any', async () => {
    const { analyse } = await open(kind);
    const { status, results } = await analyse({ ...january, processing_mode: 'high_memory' });
    expect(status).toBe('complete');
    const metadata = Object.values(results).flatMap((result) =>
      Object.entries(fieldsOf(result) ?? {}).filter(([key]) => key.endsWith('_metadata')),
    );
    expect(metadata).toHaveLength(7);
    for (const [, value] of metadata) expect(value).toMatchObject({ processing_mode: 'high_memory' });
  });

  it('02.14 a threshold that the caller asks for is held', async () => {
    const { analyse, submit } = await open(kind);
    const { course, steps } = await analyse({ ...january, quality_thresholds: { min_order_records: 50 } });
    expect(course['generate_insights']).toBe('INSUFFICIENT_DATA 1');
    expect(steps['generate_insights']?.error?.context).toMatchObject({ missed: ['min_order_records'] });
    const perCent = { ...january, quality_thresholds: { max_null_percentage: 5 } };
    await expect(submit({ ...analytics, context: perCent })).rejects.toBeInstanceOf(InvalidContext);
  });

  it('02.15 no channel is an error; two are told both, and one that is gone ends it', async () => {
    const { analyse, services } = await open(kind);
    const silent = await analyse({ ...january, notification_channels: [] });
    expect(silent.course['send_notifications']).toBe('INVALID_NOTIFICATION_CHANNELS 1');
    const both = await analyse({ ...january, notification_channels: ['#a', '#b'] });
    expect(both.status).toBe('complete');
    expect(services.notifier.told).toEqual(['#a', '#b']);
    const gone = await analyse({ ...january, notification_channels: ['#c', '#gone'] });
    expect(gone.course['send_notifications']).toBe('CHANNEL_GONE 1');
  });

  it('02.15 a channel that was told is not told again when another one fails', async () => {
    const { analyse, services } = await open(kind);
    const { course } = await analyse({ ...january, notification_channels: ['#a', '#rate-limited__fail2'] });
    expect(course['send_notifications']).toBe('complete 3');
    expect(services.notifier.told).toEqual(['#a', '#rate-limited__fail2']);
  });

  it('02.16 a range without orders is analysed like any other', async () => {
    const { analyse } = await open(kind);
    const { status, results } = await analyse({ date_range: { start_date: '2023-01-01', end_date: '2023-12-31' } });
    expect(status).toBe('complete');
    expect(results).toMatchObject({
      transform_customer_metrics: { customer_metrics: [], transformation_metadata: { total_revenue: 0 } },
      generate_insights: { insights: { top_customers: [], top_products: [], category_performance: {} } },
    });
  });

  it('02.17 log lines have the correlation id, and milestones are announced on the way', async () => {
    const log = recordingLogger();
    const { services, submit, settle } = await open(kind, { logger: log.logger });
    const task = await submit({ ...analytics, context: january, correlationId: 'nightly-17' });
    expect((await settle(task.id)).status).toBe('complete');
    expect(log.lines.length).toBeGreaterThanOrEqual(3);
    expect(new Set(log.lines.map((line) => line['correlation_id']))).toEqual(new Set(['nightly-17']));
    const reached = services.events.filter(({ name }) => name === 'pipeline_milestone_reached');
    expect(reached.map(({ milestone }) => milestone)).toEqual([
      ...Array<string>(3).fill('extraction'),
      ...Array<string>(2).fill('transformation'),
      'publication',
    ]);
    expect(new Set(services.events.map((event) => event.correlation_id))).toEqual(new Set(['nightly-17']));
  });

  it('02.18 the smaller pipeline joins sales, inventory and customers into a verdict', async () => {
    const { report } = await open(kind);
    const { status, results } = await report({ pipeline_id: 'november' });
    expect(status).toBe('complete');
    expect(results).toMatchObject({
      transform_sales: {
        total_revenue: 3199.73,
        by_product: [
          { product: 'A', quantity: 7, revenue: 699.93 },
          { product: 'B', quantity: 10, revenue: 999.9 },
          { product: 'C', quantity: 10, revenue: 1499.9 },
        ],
      },
      transform_inventory: { total_quantity: 575, warehouses: 3, by_product: [{}, {}, {}], alerts: [] },
      transform_customers: {
        customer_count: 5,
        total_lifetime_value: 30_500,
        average_lifetime_value: 6100,
        segments: { high: 1, medium: 3, low: 1 },
      },
      aggregate_metrics: { revenue_per_customer: 639.95, inventory_turnover: 5.5647, sources_included: 3 },
      generate_insights: {
        insight_count: 3,
        metrics_analysed: 10,
        health_score: { score: 100, rating: 'Excellent' },
      },
    });
  });

  it('02.19 a transform that fails for good leaves the others their work', async () => {
    const { report } = await open(kind);
    const { course } = await report({ simulate: { transform_inventory: { error: 'permanent_error' } } });
    expect(course).toMatchObject({
      transform_sales: 'complete',
      transform_inventory: 'SIMULATED_FAILURE 1',
      transform_customers: 'complete',
      aggregate_metrics: never,
      generate_insights: never,
    });
  });

  it('02.20 an inventory that fails once is asked again', async () => {
    const { report, services } = await open(kind);
    services.faults.stubFailure('inventory.extract', NetworkError, 'connection reset', 1);
    const { status, course } = await report({});
    expect([status, course['extract_inventory_data'], course['extract_sales_data']]).toEqual([
      'complete',
      'complete 2',
      'complete',
    ]);
  });

  it('02 both forms make the same results, whatever goes wrong', async () => {
    const ends = await Promise.all(
      [pipelineHandlerClasses, pipelineHandlerFunctions].map(async (handlers) => {
        const { analyse, report } = await open(kind, { handlers });
        const contexts = [
          january,
          { ...january, notification_channels: ['#rate-limited__fail1'] },
          { ...january, simulate: { extract_users: { error: 'auth' } } },
          { ...january, simulate: { generate_insights: { error: 'out_of_memory', times: 1 } } },
        ];
        const settled: SettledTask[] = [await report({})];
        for (const context of contexts) settled.push(await analyse(context));
        return settled.map(({ status, results, course }) => ({ status, results, course }));
      }),
    );
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[0]?.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete', 'error', 'complete']);
  });
});

const nothingAfterExtracts = {
  ...complete,
  transform_customer_metrics: never,
  transform_product_metrics: never,
  generate_insights: never,
  update_dashboard: never,
  send_notifications: never,
};

const analytics = { namespace: 'data_pipeline', name: 'customer_analytics' };

interface Settings {
  readonly handlers?: typeof pipelineHandlerClasses;
  readonly templates?: readonly TemplateDocument[];
  readonly logger?: TaskerLogger;
}

async function open(kind: TestDatabaseKind, settings: Settings = {}) {
  const { handlers = pipelineHandlerClasses, logger } = settings;
  const example = await openExample<SimulatedPipelineServices>(kind, {
    templates: pipelineTemplates,
    services: createPipelineServices,
    handlers: (services) =>
      withSimulatedFaults(handlers(services), { clock: services.clock, errors: pipelineErrors, allowed: true }),
    options: logger === undefined ? {} : { logger },
  });
  return {
    ...example,
    analyse: (context: object) => example.run({ ...analytics, context }),
    report: (context: object) => example.run({ namespace: 'data_pipeline', name: 'analytics_pipeline', context }),
  };
}

function recordingLogger() {
  const lines: Record<string, unknown>[] = [];
  const child = (bound: object): TaskerLogger => {
    const say = (fields: object | string) => {
      // lines of handlers only: the engine has some about itself
      if ('correlation_id' in bound) lines.push({ ...bound, ...(typeof fields === 'string' ? {} : fields) });
    };
    return { debug: say, info: say, warn: say, error: say, child: (more) => child({ ...bound, ...more }) };
  };
  return { logger: child({}), lines };
}
