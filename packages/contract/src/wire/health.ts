import { type Static, Type } from 'typebox';
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

/** How the whole system stands. */
export const healthStatusSchema = Type.Object(
  {
    healthy: Type.Boolean(),
    status: Type.Enum(['healthy', 'unhealthy'] as const),
    problems: Type.Array(Type.String(), { description: 'Why it is not healthy.' }),
    timestamp: timeSchema,
    generated_at: { ...timeSchema, description: 'When the figures were counted.' },
    generation_duration: Type.Number({ description: 'Seconds.' }),
    cached: Type.Boolean({ description: 'The figures were counted for an earlier request.' }),
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
  },
  { title: 'HealthStatus' },
);
export type HealthStatusAnswer = Static<typeof healthStatusSchema>;
