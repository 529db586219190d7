// A server in a process of its own, as in production: no worker beside it. Started by http.mjs and lists.mjs.
//
//   node serve.mjs URL [WORKLOAD]     the database; a graph of workloads.mjs to register. Prints `{ "url": … }`.
import { workloads } from './workloads.mjs';

if (process.env.TASKER_BENCH_SOURCE) await import('../scripts/from-source.mjs');
const { createTasker } = await import('@tasker/engine');
const { createServer } = await import('@tasker/server');
const { templateOf } = await import('./parts/template-of.mjs');

const [database, workload] = process.argv.slice(2);
const templates = workload === undefined ? [] : [templateOf(workloads[workload])];
const tasker = await createTasker({ database, templates, worker: false });
const server = await createServer({ tasker, port: 0 });
await server.start();
console.log(JSON.stringify({ url: server.url }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());

async function stop() {
  await server.stop();
  await tasker.stop();
  process.exit(0);
}
