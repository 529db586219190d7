// What Node's own HTTP server leaves of the engine's rate: nothing is checked, and every answer is the same text, about as
// long as a real one. No server in Node can do better on the machine. Started by http.mjs.
//
//   node bare.mjs URL WORKLOAD     the database; a graph of workloads.mjs to register. Prints `{ "url": … }`.
import http from 'node:http';
import { templateOf } from './parts/template-of.mjs';
import { workloads } from './workloads.mjs';

if (process.env.TASKER_BENCH_SOURCE) await import('../scripts/from-source.mjs');
const { createTasker } = await import('@tasker/engine');

const [database, workload] = process.argv.slice(2);
const tasker = await createTasker({ database, templates: [templateOf(workloads[workload])], worker: false });
const answer = JSON.stringify({ answer: 'a'.repeat(1300 * workloads[workload].steps.length) });
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': answer.length };
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => void submit(JSON.parse(Buffer.concat(chunks)), response));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());

async function submit(request, response) {
  await tasker.submit(request);
  response.writeHead(201, headers).end(answer);
}

async function stop() {
  server.closeAllConnections();
  server.close();
  await tasker.stop();
  process.exit(0);
}
