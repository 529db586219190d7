// pg-boss with a hand-made graph, as fast as its user can make it: whole batches are handled at once, with one statement
// for the results, one for the join counters and one insert for the jobs that follow. pg-boss polls every 0.5 s at the
// shortest, so the workers of this process are told when jobs were added.
import pg from 'pg';
import PgBoss from 'pg-boss';
import { freshDatabase } from '../postgres.mjs';
import { graphTables, planGraph, runStep } from './parts/handmade-graph.mjs';
import { packageVersion } from './parts/package-version.mjs';
import { createWaiters } from './parts/waiters.mjs';

const database = 'bench_pg_boss';
const workerCount = 4;
const batchSize = 100;

export default {
  version: () => packageVersion('pg-boss'),
  note: `hand-made graph; ${workerCount} workers with batches of ${batchSize} handled as a whole, notified in process; the end is seen after the last result is committed`,
  store: 'postgres',

  async start(workload) {
    const connectionString = await freshDatabase(database);
    const pool = new pg.Pool({ connectionString, max: 10 });
    await pool.query(graphTables);
    const boss = new PgBoss({ connectionString, max: 10, schedule: false });
    boss.on('error', (error) => console.error('pg-boss:', error.message));
    await boss.start();
    await boss.createQueue('step');

    const plan = planGraph(workload);
    const waiters = createWaiters();
    const workers = [];
    for (let k = 0; k < workerCount; k++) {
      workers.push(await boss.work('step', { batchSize, pollingIntervalSeconds: 0.5 }, handleBatch));
    }
    let submissions = [];
    return {
      database,
      run(input) {
        const end = waiters.wait(input);
        // Submissions of the same turn go out as one insert.
        if (submissions.push(input) === 1) setImmediate(submitAll);
        return end;
      },
      async stop() {
        await boss.stop({ graceful: false, wait: false });
        await pool.end();
      },
    };

    function submitAll() {
      writeSubmissions().catch((error) => waiters.failAll(error));
    }

    async function writeSubmissions() {
      const inputs = submissions;
      submissions = [];
      if (plan.joinSteps.length > 0) {
        const values = [inputs, plan.joinSteps, plan.joinCounts];
        await pool.query({ name: 'open-joins', text: openJoinsSql, values });
      }
      await boss.insert(
        inputs.flatMap((input) => workload.roots.map((step) => toJob({ run: input, step, input, parents: [] }))),
      );
      notifyWorkers();
    }

    async function handleBatch(batch) {
      const jobs = batch.map((job) => job.data);
      const parentsOf = await readParents(jobs);
      const results = jobs.map((job) => runStep(workload, job, parentsOf(job)));
      await pool.query({
        name: 'results',
        text: resultsSql,
        values: [
          jobs.map((job) => job.run),
          jobs.map((job) => job.step),
          results.map((result) => JSON.stringify(result)),
        ],
      });
      const next = [
        ...jobs.flatMap((job, k) =>
          plan.plainChildren[job.step].map((step) => ({ ...job, step, parents: [results[k]] })),
        ),
        ...(await countJoins(jobs)),
      ];
      if (next.length > 0) await boss.insert(next.map(toJob));
      // A full batch means that more may wait; without a word each worker would sleep out its interval.
      if (next.length > 0 || jobs.length >= batchSize) notifyWorkers();
      jobs.forEach((job, k) => {
        if (job.step === workload.last) waiters.done(job.run, results[k]);
      });
    }

    async function readParents(jobs) {
      const runs = [...new Set(jobs.filter((job) => !job.parents).map((job) => job.run))];
      if (runs.length === 0) return (job) => job.parents;
      const { rows } = await pool.query({ name: 'parents', text: parentsSql, values: [runs] });
      const results = new Map(rows.map((row) => [`${row.run_id}/${row.step}`, row.result]));
      return (job) =>
        job.parents ?? workload.steps[job.step].parents.map((parent) => results.get(`${job.run}/${parent}`));
    }

    /** Counts the arrivals at joins, and returns the jobs of those that are complete. */
    async function countJoins(jobs) {
      const arrivals = new Map();
      for (const job of jobs) {
        for (const step of plan.joinChildren[job.step]) {
          const key = `${job.run}/${step}`;
          const arrival = arrivals.get(key) ?? { run: job.run, step, input: job.input, count: 0 };
          arrival.count++;
          arrivals.set(key, arrival);
        }
      }
      if (arrivals.size === 0) return [];
      const all = [...arrivals.values()];
      const values = [all.map((a) => a.run), all.map((a) => a.step), all.map((a) => a.count)];
      const { rows } = await pool.query({ name: 'joins', text: joinsSql, values });
      return rows
        .filter((row) => row.remaining === 0)
        .map(({ run, step }) => ({ run, step, input: arrivals.get(`${run}/${step}`).input }));
    }

    function notifyWorkers() {
      for (const worker of workers) boss.notifyWorker(worker);
    }
  },
};

function toJob(data) {
  return { name: 'step', data };
}

const openJoinsSql = `
  insert into dag_join(run_id, step, remaining)
  select r, s, c from unnest($1::bigint[]) r cross join unnest($2::int[], $3::int[]) as t(s, c)`;

const resultsSql = `
  insert into dag_result(run_id, step, result)
  select * from unnest($1::bigint[], $2::int[], $3::jsonb[]) on conflict do nothing`;

const parentsSql = `select run_id::int as run_id, step, result from dag_result where run_id = any($1::bigint[])`;

// Sorted, so that two batches lock the counters they share in the same order.
const joinsSql = `
  update dag_join j set remaining = remaining - v.n
    from (select * from unnest($1::bigint[], $2::int[], $3::int[]) as v(run_id, step, n) order by 1, 2) v
   where j.run_id = v.run_id and j.step = v.step
  returning j.run_id::int as run, j.step, j.remaining`;
