// openworkflow on its PostgreSQL backend, with the worker in this process.
import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';
import { freshDatabase } from '../postgres.mjs';
import { runLevelByLevel } from '../workloads.mjs';
import { packageVersion } from './parts/package-version.mjs';
import { createWaiters } from './parts/waiters.mjs';

const database = 'bench_openworkflow';

export default {
  version: () => packageVersion('openworkflow'),
  note: 'worker concurrency 100, default polling; the end is seen in the worker (the client API would poll for it)',
  store: 'postgres',

  async start(workload) {
    const backend = await BackendPostgres.connect(await freshDatabase(database));
    const engine = new OpenWorkflow({ backend });
    const waiters = createWaiters();
    const workflow = engine.defineWorkflow({ name: 'workflow' }, async ({ input, step }) => {
      const result = await runLevelByLevel(workload, input, (name, body) => step.run({ name }, body));
      waiters.done(input, result);
      return result;
    });
    const worker = engine.newWorker({ concurrency: 100 });
    await worker.start();
    return {
      database,
      async run(input) {
        const end = waiters.wait(input);
        await workflow.run(input);
        return end;
      },
      async stop() {
        await worker.stop();
        await backend.stop();
      },
    };
  },
};
