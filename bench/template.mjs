// What a large template costs from its text to the database: reading YAML, compiling the plan, storing it.
//
//   node template.mjs [--steps 1000] [--rounds 9]      prints one JSON line: milliseconds, the median and the quickest
//
// TASKER_BENCH_SOURCE=1 takes the source in place of the build. Without BENCH_DATABASE_URL it starts a server of its own.
import { parseArgs } from 'node:util';
import { startPostgres } from './postgres.mjs';

if (process.env.TASKER_BENCH_SOURCE) await import('../scripts/from-source.mjs');
const { createTasker, readTemplateYaml } = await import('@tasker/engine');
const { values } = parseArgs({
  options: { steps: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '9' } },
});
const [steps, rounds] = [Number(values.steps), Number(values.rounds)];
const server = process.env.BENCH_DATABASE_URL ? null : await startPostgres();
if (server) process.env.BENCH_DATABASE_URL = server.url;
const { freshDatabase } = await import('./postgres.mjs');
const tasker = await createTasker({ database: await freshDatabase('bench_template'), worker: false, upkeep: false });

const figures = { read: [], register: [], total: [] };
// the first is the start of a process, not the cost of a template
for (let round = -1; round < rounds; round++) {
  const text = yamlOf(`1.0.${round + 1}`);
  const start = performance.now();
  const [document] = readTemplateYaml(text, { variables: {} });
  const read = performance.now();
  const { plan } = await tasker.register(document);
  const end = performance.now();
  if (plan.steps.length !== steps) throw new Error('steps are missing');
  if (round < 0) continue;
  figures.read.push(read - start);
  figures.register.push(end - read);
  figures.total.push(end - start);
}
await tasker.stop();
await server?.stop();
const rounded = (value) => Math.round(value * 10) / 10;
const summary = Object.entries(figures).map(([name, all]) => {
  const sorted = all.toSorted((one, other) => one - other);
  return [name, { median: rounded(sorted[sorted.length >> 1]), quickest: rounded(sorted[0]) }];
});
console.log(JSON.stringify({ kind: 'template', steps, bytes: yamlOf('1.0.0').length, ...Object.fromEntries(summary) }));

/** Layers of ten, each step after two of the layer before it. */
function yamlOf(version) {
  const lines = Array.from({ length: steps }, (_, step) => {
    const above =
      step < 10 ? '' : `\n    dependencies: [step_${step - 10}, step_${step - 10 - (step % 10) + ((step + 1) % 10)}]`;
    return `  - name: step_${step}
    description: Step number ${step}
    handler:
      callable: shop.do_${step % 50}
      initialization: { item: ${step}, label: "l${step}" }${above}
    retry: { max_attempts: 5, backoff_base_ms: 500 }
    timeout_seconds: 30`;
  });
  return `name: big\nnamespace_name: bench\nversion: ${version}\nsteps:\n${lines.join('\n')}\n`;
}
