// DBOS Transact: the workflow is code, started in this process; each node of the graph is a DBOS step.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { freshDatabase } from '../postgres.mjs';
import { runLevelByLevel } from '../workloads.mjs';
import { packageVersion } from './parts/package-version.mjs';

const database = 'bench_dbos';

export default {
  version: () => packageVersion('@dbos-inc/dbos-sdk'),
  note: 'startWorkflow in process, steps by runStep, pool of 20; the end is seen by the in-process handle',
  store: 'postgres',

  async start(workload) {
    const systemDatabaseUrl = await freshDatabase(database);
    DBOS.setConfig({ name: 'bench', systemDatabaseUrl, logLevel: 'error', systemDatabasePoolSize: 20 });
    const workflow = DBOS.registerWorkflow(
      (input) => runLevelByLevel(workload, input, (name, body) => DBOS.runStep(body, { name })),
      { name: 'workflow' },
    );
    await DBOS.launch();
    return {
      database,
      run: async (input) => (await DBOS.startWorkflow(workflow)(input)).getResult(),
      stop: () => DBOS.shutdown(),
    };
  },
};
