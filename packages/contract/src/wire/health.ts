import { type Static, Type } from 'typebox';
import { distributions, utilizations } from '../registry-marks.ts';
import { countSchema, timeSchema } from './values.ts';

export const livenessSchema = Type.Object(
  { alive: Type.Literal(true), timestamp: timeSchema, service: Type.Literal('tasker') },
  { title: 'Liveness' },
);
export type Liveness = Static<typeof livenessSchema>;

const check = Type.Object({
  status: Type.Enum(['healthy', 'unhealthy'] as const),
  message: Type.String(),
  response_time_ms: Type.Number(),
  error: Type.Optional(Type.String()),
});

/** Whether this process can do its work. */
export const readinessSchema = Type.Object(
  {
    ready: Type.Boolean(),
    checks: Type.Object({ database: check, migrations: check, listener: check, lease: check }),
    message: Type.String(),
    timestamp: timeSchema,
    check_duration: Type.Number({ description: 'Seconds.' }),
    failed_checks: Type.Optional(Type.Array(Type.String())),
  },
  { title: 'Readiness' },
);
export type Readiness = Static<typeof readinessSchema>;

const marks = {
  utilization: Type.Enum(utilizations),
  distribution: Type.Enum(distributions),
  efficiency: Type.Number({ description: '0 to 1, two decimals.' }),
  recommendations: Type.Array(Type.String()),
};

const registriesSchema = Type.Object({
  templates: Type.Object({
    namespaces: countSchema,
    templates: countSchema,
    versions: countSchema,
    revisions: countSchema,
    ...marks,
  }),
  subscriptions: Type.Object(
    {
      subscriptions: countSchema,
      delivered: countSchema,
      failed: countSchema,
      events_covered: Type.Array(Type.String()),
      average_events_per_subscription: Type.Number(),
      most_popular_events: Type.Array(Type.String()),
      ...marks,
    },
    { description: 'Of the process that answers.' },
  ),
  exporters: Type.Object(
    {
      exporters: countSchema,
      exported: countSchema,
      failed: countSchema,
      formats: Type.Array(Type.String()),
      average_formats_per_exporter: Type.Number(),
      most_popular_formats: Type.Array(Type.String()),
      ...marks,
    },
    { description: 'Of the process that answers.' },
  ),
});

const cacheSchema = Type.Object(
  {
    store: Type.String({ description: 'The class of what keeps answers that are costly to make.' }),
    mode: Type.Enum(['distributed_atomic', 'distributed_basic', 'local_only'] as const),
    working: Type.Boolean({ description: 'False while it fails; answers are made anew then.' }),
    hits: countSchema,
    misses: countSchema,
  },
  { description: 'Of the process that answers.' },
);

/** What is counted for all who ask. */
export const systemCountsSchema = Type.Object({
  healthy: Type.Boolean(),
  status: Type.Enum(['healthy', 'unhealthy'] as const),
  problems: Type.Array(Type.String(), { description: 'Why it is not healthy.' }),
  generated_at: { ...timeSchema, description: 'When the figures were counted.' },
  generation_duration: Type.Number({ description: 'Seconds.' }),
  approximate: Type.Boolean({ description: 'There was too much to count, and some figures are estimates.' }),
  metrics: Type.Object({
    tasks: Type.Object({
      total: countSchema,
      pending: countSchema,
      in_progress: countSchema,
      complete: countSchema,
      error: countSchema,
      cancelled: countSchema,
      resolved_manually: countSchema,
    }),
    steps: Type.Object({
      total: countSchema,
      pending: countSchema,
      in_progress: countSchema,
      complete: countSchema,
      error: countSchema,
      cancelled: countSchema,
    }),
    retries: Type.Object({
      retryable_errors: countSchema,
      exhausted_retries: countSchema,
      in_backoff: countSchema,
    }),
  }),
  database: Type.Object({
    active_connections: countSchema,
    max_connections: countSchema,
    connection_utilization: Type.Number({ description: 'Percent, two decimals.' }),
  }),
  workers: Type.Object({ alive: countSchema }),
  unserved_handlers: Type.Array(Type.String(), {
    description: 'Steps wait for them, and no worker has them: `namespace/handler`.',
  }),
});
export type SystemCounts = Static<typeof systemCountsSchema>;

/** How the whole system stands. */
export const healthStatusSchema = Type.Object(
  {
    ...systemCountsSchema.properties,
    timestamp: timeSchema,
    cached: Type.Boolean({ description: 'The figures were counted for an earlier request.' }),
    registries: registriesSchema,
    cache: cacheSchema,
  },
  { title: 'HealthStatus' },
);
export type HealthStatusAnswer = Static<typeof healthStatusSchema>;
