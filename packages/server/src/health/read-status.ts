import type { SystemCounts } from '@tasker/contract/wire';
import { type Database, type HealthCounts, healthCounts, listUnservedHandlers, listWorkers } from '@tasker/engine';

/** Counts the system. */
export async function readStatus(db: Database): Promise<SystemCounts> {
  const started = performance.now();
  const counts = await healthCounts(db);
  const workers = await listWorkers(db, { limit: 1000 });
  const unserved = await listUnservedHandlers(db);
  const { activeConnections, maxConnections } = counts.database;
  const problems = problemsOf(counts);
  return {
    healthy: problems.length === 0,
    status: problems.length === 0 ? 'healthy' : 'unhealthy',
    problems,
    generated_at: new Date().toISOString(),
    generation_duration: seconds(performance.now() - started),
    approximate: counts.approximate,
    metrics: metricsOf(counts),
    database: {
      active_connections: activeConnections,
      max_connections: maxConnections,
      connection_utilization: percent(activeConnections, maxConnections),
    },
    workers: { alive: workers.filter(({ state }) => state === 'running' || state === 'stopping').length },
    unserved_handlers: unserved.map(({ namespace, handler }) => `${namespace}/${handler}`),
  };
}

/** Above these shares, in percent, the system is not healthy. */
const limits = { connections: 90, taskErrors: 50, stepErrors: 50 };

function problemsOf({ tasks, steps, database }: HealthCounts): string[] {
  const shares = [
    [
      'of the database’s connections are in use',
      percent(database.activeConnections, database.maxConnections),
      limits.connections,
    ],
    ['of all tasks are in error', percent(tasks.error, tasks.total), limits.taskErrors],
    ['of all steps are in error', percent(steps.error, steps.total), limits.stepErrors],
  ] as const;
  return shares.flatMap(([what, share, limit]) =>
    share > limit ? [`${share} % ${what}; the limit is ${limit} %.`] : [],
  );
}

function metricsOf({ tasks, steps, retries }: HealthCounts): SystemCounts['metrics'] {
  const { inProgress, resolvedManually, ...ofTasks } = tasks;
  const { inProgress: runningSteps, ...ofSteps } = steps;
  return {
    tasks: { ...ofTasks, in_progress: inProgress, resolved_manually: resolvedManually },
    steps: { ...ofSteps, in_progress: runningSteps },
    retries: {
      retryable_errors: retries.retryableErrors,
      exhausted_retries: retries.exhaustedRetries,
      in_backoff: retries.inBackoff,
    },
  };
}

/** Two decimals; nothing of nothing is nothing. */
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;
}

const seconds = (ms: number) => Math.round(ms) / 1000;
