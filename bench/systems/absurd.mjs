// absurd: its engine is SQL that the npm package does not ship. ABSURD_SQL names the file sql/absurd.sql from a copy of
// the project's repository (github.com/earendil-works/absurd).
import { readFileSync } from 'node:fs';
import { Absurd } from 'absurd-sdk';
import pg from 'pg';
import { freshDatabase } from '../postgres.mjs';
import { runLevelByLevel } from '../workloads.mjs';
import { packageVersion } from './parts/package-version.mjs';
import { createWaiters } from './parts/waiters.mjs';

const database = 'bench_absurd';

export default {
  version: () => packageVersion('absurd-sdk'),
  note: 'steps as checkpoints, worker concurrency 100, batch 100, poll every 5 ms instead of 250 (which serves it better in both modes), pool of 20; the end is seen in the worker',
  store: 'postgres',
  unavailable: () => (process.env.ABSURD_SQL ? null : 'ABSURD_SQL does not name a copy of sql/absurd.sql'),

  async start(workload) {
    const pool = new pg.Pool({ connectionString: await freshDatabase(database), max: 20 });
    await pool.query(readFileSync(process.env.ABSURD_SQL, 'utf8'));
    const app = new Absurd({ db: pool, queueName: 'bench' });
    await app.createQueue('bench');
    const waiters = createWaiters();
    app.registerTask({ name: 'workflow' }, async ({ input }, context) => {
      const result = await runLevelByLevel(workload, input, (name, body) => context.step(name, body));
      waiters.done(input, result);
      return result;
    });
    const worker = await app.startWorker({ concurrency: 100, batchSize: 100, pollInterval: 0.005 });
    return {
      database,
      async run(input) {
        const end = waiters.wait(input);
        await app.spawn('workflow', { input });
        return end;
      },
      async stop() {
        await worker.close();
        await pool.end();
      },
    };
  },
};
