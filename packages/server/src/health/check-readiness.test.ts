import type { Database } from '@tasker/engine';
import { expect, it } from 'vitest';
import { checkReadiness } from './check-readiness.ts';

const timeoutMs = 20;

it('SURF-70 a database that does not answer in time makes the process unready, and says after how long', async () => {
  const stuck = databaseOf(() => new Promise(() => undefined));
  const readiness = await checkReadiness(stuck, { timeoutMs, listenerSilenceMs: () => undefined });
  expect(readiness).toMatchObject({
    ready: false,
    failed_checks: ['database', 'migrations', 'lease'],
    checks: {
      database: { status: 'unhealthy', message: 'The database did not answer within 0.02 s' },
      listener: { status: 'healthy' },
    },
    message: 'Not ready: database, migrations, lease.',
  });
});

it('SURF-70 a database that refuses, and a live stream that hears nothing, are told apart', async () => {
  const gone = databaseOf(() => Promise.reject(new TypeError('gone')));
  const readiness = await checkReadiness(gone, { timeoutMs: 10_000, listenerSilenceMs: () => 31_000 });
  expect(readiness.failed_checks).toEqual(['database', 'migrations', 'listener', 'lease']);
  expect(readiness.checks.database.message).toBe('The database does not answer; see that it runs and can be reached');
  expect(readiness.checks.listener.message).toBe('The live stream has not heard from the database for 31 s');
});

function databaseOf(query: () => Promise<never>): Database {
  const answer = { query, script: query };
  return {
    ...answer,
    kind: 'server',
    schema: 'tasker',
    transaction: (work) => work(answer),
    listen: query,
    close: async () => undefined,
  };
}
