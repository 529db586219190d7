import type { SystemCounts } from '@tasker/contract/wire';

/** The figures of the whole system at one time: what exporters write down. */
export interface MetricsSnapshot {
  /** When they were counted. ISO 8601. */
  readonly timestamp: string;
  readonly metrics: readonly Metric[];
}

export interface Metric {
  /** Lower-case letters, digits and underscores, beginning with `tasker_`. */
  readonly name: string;
  readonly type: 'gauge';
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Counted in the database, so every server says the same. */
export function metricsSnapshot({ metrics, database, workers, healthy, generated_at }: SystemCounts): MetricsSnapshot {
  const { total: _tasks, ...tasks } = metrics.tasks;
  const { total: _steps, ...steps } = metrics.steps;
  const connections = { active: database.active_connections, max: database.max_connections };
  const ofRetries = 'Steps in error: those that will be retried, and those that will not.';
  return {
    timestamp: generated_at,
    metrics: [
      byLabel('tasker_tasks', 'Tasks, by status.', 'status', tasks),
      byLabel('tasker_steps', 'Steps, by status.', 'status', steps),
      byLabel('tasker_step_retries', ofRetries, 'kind', metrics.retries),
      byLabel('tasker_database_connections', 'Connections of the database server.', 'kind', connections),
      single('tasker_workers', 'Workers that are alive.', workers.alive),
      single('tasker_healthy', '1 when the system is healthy.', healthy ? 1 : 0),
    ],
  };
}

function byLabel(name: string, help: string, label: string, values: Readonly<Record<string, number>>): Metric {
  const samples = Object.entries(values).map(([kind, value]) => ({ labels: { [label]: kind }, value }));
  return { name, type: 'gauge', help, samples };
}

function single(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [{ labels: {}, value }] };
}
