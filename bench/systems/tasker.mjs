// Tasker through its public API, from submit to completed. It is measured as it is published, that is from its build;
// TASKER_BENCH_SOURCE=1 takes the source.
import { readFileSync } from 'node:fs';
import { freshDatabase } from '../postgres.mjs';
import { runBody } from '../workloads.mjs';

if (process.env.TASKER_BENCH_SOURCE) await import('../../scripts/from-source.mjs');
const engine = await import('@tasker/engine').catch((error) => ({ missing: error.message.split('\n')[0] }));

/** As many steps at a time as the widest workload has in flight; the default of 100 suits handlers that do some work. */
const concurrency = 1000;
/** Submissions under way at a time while tasks are parked. */
const parkedTogether = 500;

export default {
  version: () =>
    JSON.parse(readFileSync(new URL('../../packages/engine/package.json', import.meta.url), 'utf8')).version,
  note: `submit and completed through the public API, one worker in process with concurrency ${concurrency}`,
  historyTables: ['task', 'task_outcome', 'attempt', 'action'],
  hotStatement: '.advance(',
  unavailable: () =>
    engine.createTasker ? null : `the engine cannot be loaded (npm run build): ${engine.missing ?? 'no createTasker'}`,

  async start(workload, { database = 'bench_tasker' } = {}) {
    const url = await freshDatabase(database);
    const definition = define(workload);
    const parked = defineParked();
    const tasker = await engine.createTasker({ database: url, tasks: [definition, parked], worker: { concurrency } });
    const last = workload.steps[workload.last].name;
    return {
      database,
      async run(input) {
        const task = await tasker.submit(definition, { input, customer: `c-${input}` });
        const { results } = await task.completed();
        return results[last];
      },
      async park(count) {
        for (let done = 0; done < count; done += parkedTogether) {
          const batch = Math.min(parkedTogether, count - done);
          await Promise.all(Array.from({ length: batch }, () => tasker.submit(parked, {})));
        }
      },
      stop: () => tasker.stop(),
    };
  },
};

function define(workload) {
  return workload.steps.reduce(
    (definition, step) => {
      const after = step.parents.map((parent) => workload.steps[parent].name);
      const run = ({ input, results }) =>
        runBody(
          step,
          after.map((parent) => results[parent]),
          input.input,
        );
      return definition.step(step.name, { after, run });
    },
    engine.defineTask({ name: workload.name }),
  );
}

/** A step that fails at once and is due again in an hour: an open task that asks for nothing meanwhile. */
function defineParked() {
  const run = () => {
    throw new engine.RetryableError('come back later', { retryAfter: 3600 });
  };
  return engine.defineTask({ name: 'parked' }).step('wait', { run });
}
