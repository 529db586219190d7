import type { SystemCounts } from '@tasker/contract/wire';
import { type Database, type HealthCounts, healthCounts, listUnservedHandlers, listWorkers } from '@tasker/engine';
import { percent, problemsOf } from './problems.ts';

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

const seconds = (ms: number) => Math.round(ms) / 1000;
