// graphile-worker with a hand-made graph: one job per step; each job stores its result and adds the jobs that follow in
// one statement.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';
import { freshDatabase } from '../postgres.mjs';
import { graphTables, planGraph, runStep } from './parts/handmade-graph.mjs';
import { packageVersion } from './parts/package-version.mjs';
import { createWaiters } from './parts/waiters.mjs';

const database = 'bench_graphile_worker';
const concurrentJobs = 24;

export default {
  version: () => packageVersion('graphile-worker'),
  note: `hand-made graph; concurrency ${concurrentJobs}, local queue of 500, batched completion, pool of 50; the end is seen after the last result is committed`,
  store: 'postgres',

  async start(workload) {
    const pool = new pg.Pool({ connectionString: await freshDatabase(database), max: 50 });
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    const logger = new Logger(() => () => {});
    const utils = await makeWorkerUtils({ pgPool: pool, logger });
    await utils.migrate();
    await utils.release();
    await pool.query(graphTables);

    const plan = planGraph(workload);
    const waiters = createWaiters();
    const runner = await run({
      pgPool: pool,
      logger,
      noHandleSignals: true,
      taskList: { step },
      concurrency: concurrentJobs,
      preset: {
        worker: {
          concurrentJobs,
          pollInterval: 500,
          localQueue: { size: 500 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
    return {
      database,
      async run(input) {
        const end = waiters.wait(input);
        const values = [input, plan.joinSteps, plan.joinCounts, workload.roots, input];
        await pool.query({ name: 'submit', text: submitSql, values });
        return end;
      },
      async stop() {
        await runner.stop();
        await pool.end();
      },
    };

    async function step(job) {
      const parents = job.parents ?? (await readParents(job));
      const result = runStep(workload, job, parents);
      const values = [job.run, job.step, JSON.stringify(result)];
      if (job.step === workload.last) {
        await pool.query({ name: 'last', text: lastSql, values });
        waiters.done(job.run, result);
        return;
      }
      values.push(plan.joinChildren[job.step], plan.plainChildren[job.step], job.input);
      await pool.query({ name: 'step', text: stepSql, values });
    }

    async function readParents(job) {
      const { parents } = workload.steps[job.step];
      const { rows } = await pool.query({ name: 'parents', text: parentsSql, values: [job.run, parents] });
      const results = new Map(rows.map((row) => [row.step, row.result]));
      return parents.map((parent) => results.get(parent));
    }
  },
};

const parentsSql = `select step, result from dag_result where run_id = $1 and step = any($2::int[])`;

const lastSql = `insert into dag_result(run_id, step, result) values ($1, $2, $3)`;

const stepSql = `
  with stored as (insert into dag_result(run_id, step, result) values ($1, $2, $3)),
       counted as (
         update dag_join set remaining = remaining - 1
          where run_id = $1 and step = any($4::int[]) returning step, remaining),
       next as (
         select json_build_object('run', $1::bigint, 'step', step, 'input', $6::bigint) as payload
           from counted where remaining = 0
         union all
         select json_build_object('run', $1::bigint, 'step', s, 'input', $6::bigint, 'parents', json_build_array($3::json))
           from unnest($5::int[]) s)
  select graphile_worker.add_jobs(array(
    select json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', 'step', 'payload', payload))
      from next))`;

const submitSql = `
  with joins as (
    insert into dag_join(run_id, step, remaining) select $1, s, c from unnest($2::int[], $3::int[]) as t(s, c))
  select graphile_worker.add_jobs(array(
    select json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', 'step', 'payload',
             json_build_object('run', $1::bigint, 'step', s, 'input', $5::bigint, 'parents', '[]'::json)))
      from unnest($4::int[]) s))`;
