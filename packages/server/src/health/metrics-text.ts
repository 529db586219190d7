import type { HealthStatusAnswer } from '@tasker/contract/wire';

/** The figures of the whole system in the text format of Prometheus. Counted in the database, so every server says the same. */
export function metricsText({ metrics, database, workers, healthy }: HealthStatusAnswer): string {
  const { total: _tasks, ...tasks } = metrics.tasks;
  const { total: _steps, ...steps } = metrics.steps;
  return [
    ...gauge('tasker_tasks', 'Tasks, by status.', 'status', tasks),
    ...gauge('tasker_steps', 'Steps, by status.', 'status', steps),
    ...gauge(
      'tasker_step_retries',
      'Steps in error: those that will be retried, and those that will not.',
      'kind',
      metrics.retries,
    ),
    ...gauge('tasker_database_connections', 'Connections of the database server.', 'kind', {
      active: database.active_connections,
      max: database.max_connections,
    }),
    ...single('tasker_workers', 'Workers that are alive.', workers.alive),
    ...single('tasker_healthy', '1 when the system is healthy.', healthy ? 1 : 0),
    '',
  ].join('\n');
}

function gauge(name: string, help: string, label: string, values: Readonly<Record<string, number>>): string[] {
  return [
    ...head(name, help),
    ...Object.entries(values).map(([kind, value]) => `${name}{${label}="${kind}"} ${value}`),
  ];
}

const single = (name: string, help: string, value: number) => [...head(name, help), `${name} ${value}`];

const head = (name: string, help: string) => [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
