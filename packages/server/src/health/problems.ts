import type { HealthCounts } from '@tasker/engine';

/** Why the system is not healthy; empty when it is. */
export function problemsOf({ tasks, steps, database }: Pick<HealthCounts, 'tasks' | 'steps' | 'database'>): string[] {
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

/** Above these shares, in percent, the system is not healthy. */
const limits = { connections: 90, taskErrors: 50, stepErrors: 50 };

/** Two decimals; nothing of nothing is nothing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;
}
