// The engine's own rate of submission, in a process of its own: so many lanes, each of which submits the next task when
// its last one is in the database. Started by http.mjs, which says when: `{ seconds, lanes }` comes in as a message, and
// `{ seconds, latenciesMs }` goes out.
//
//   node submit.mjs URL WORKLOAD
import { requestOf, templateOf } from './parts/template-of.mjs';
import { workloads } from './workloads.mjs';

if (process.env.TASKER_BENCH_SOURCE) await import('../scripts/from-source.mjs');
const { createTasker } = await import('@tasker/engine');

const [database, name] = process.argv.slice(2);
const tasker = await createTasker({ database, templates: [templateOf(workloads[name])], worker: false });
process.on('message', ({ seconds, lanes }) => void run(seconds, lanes).then((answer) => process.send(answer)));
process.once('disconnect', () => void tasker.stop().then(() => process.exit(0)));
process.send('ready');

async function run(seconds, lanes) {
  const latenciesMs = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(Array.from({ length: lanes }, lane));
  return { seconds: (performance.now() - start) / 1000, latenciesMs };

  async function lane() {
    for (let before = performance.now(); before < end; ) {
      await tasker.submit(requestOf(name));
      const after = performance.now();
      latenciesMs.push(after - before);
      before = after;
    }
  }
}
