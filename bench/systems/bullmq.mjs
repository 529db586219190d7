// BullMQ flows on Redis, for comparison: Redis syncs its log once a second, so a crash may lose a second of work. A flow
// is a tree (one parent per job), so for a graph whose first step has several children the first job adds the flow of
// the rest.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FlowProducer, Queue, Worker } from 'bullmq';
import { freePort } from '../postgres.mjs';
import { runBody } from '../workloads.mjs';
import { packageVersion } from './parts/package-version.mjs';
import { createWaiters } from './parts/waiters.mjs';

export default {
  version: () => packageVersion('bullmq'),
  note: 'append-only file synced every second (not durable per step), worker concurrency 100; the end is seen at the completed event of the last job',
  store: 'redis',
  unavailable: () => (spawnSync('redis-server', ['--version']).error ? 'redis-server is not installed' : null),

  async start(workload) {
    const connection = { host: '127.0.0.1', port: await freePort(), maxRetriesPerRequest: null };
    const server = startRedis(connection);
    const queue = new Queue('steps', { connection });
    const flows = new FlowProducer({ connection });
    const waiters = createWaiters();
    const isTree = workload.steps.every((step) => step.children.length <= 1);
    const worker = new Worker('steps', handle, { connection, concurrency: 100 });
    worker.on('completed', (job, result) => {
      if (job.data.step === workload.last) waiters.done(job.data.run, result);
    });
    worker.on('error', (error) => console.error('bullmq:', error.message));
    await worker.waitUntilReady();
    return {
      pids: { redis: server.pid },
      async run(input) {
        const end = waiters.wait(input);
        if (isTree && workload.steps.length > 1) await flows.add(node(workload.last, { run: input }));
        else await queue.add('step', { run: input, step: 0 });
        return end;
      },
      async stop() {
        await worker.close(true);
        await flows.close();
        await queue.close();
        await server.stop();
      },
    };

    async function handle(job) {
      const { step, run, first } = job.data;
      const { parents } = workload.steps[step];
      const fromFirst = first && parents.length === 1 && parents[0] === 0;
      const values = fromFirst ? [first] : parents.length > 0 ? Object.values(await job.getChildrenValues()) : [];
      const result = runBody(workload.steps[step], values, run);
      if (!isTree && step === 0) await flows.add(node(workload.last, { run, first: result }, 0));
      return result;
    }

    /** The flow that ends in `step`, without the step `leftOut`. */
    function node(step, data, leftOut) {
      const parents = workload.steps[step].parents.filter((parent) => parent !== leftOut);
      const children = parents.map((parent) => node(parent, data, leftOut));
      return { name: 'step', queueName: 'steps', data: { ...data, step }, children };
    }
  },
};

function startRedis(connection) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tasker-bench-redis-'));
  const options = {
    port: connection.port,
    bind: connection.host,
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const server = spawn(
    'redis-server',
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    {
      stdio: 'ignore',
    },
  );
  process.once('exit', () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return {
    pid: server.pid,
    async stop() {
      const exited = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await exited;
    },
  };
}
