// Whether ten thousand templates are as quick to list and to look up as a hundred: pages of the list, a template by its
// name, the plan that a new task gets, a registration. In one database each, in turns; the ratio of each turn counts.
//
//   node templates.mjs [--few 100] [--many 10000] [--turns 7]      prints one JSON line
//
// TASKER_BENCH_SOURCE=1 takes the source in place of the build. Without BENCH_DATABASE_URL it starts a server of its own.
import { parseArgs } from 'node:util';
import { startPostgres } from './postgres.mjs';

if (process.env.TASKER_BENCH_SOURCE) await import('../scripts/from-source.mjs');
const { createTasker, findTemplate, listTemplateNames, listTemplates, openDatabase } = await import('@tasker/engine');
const { values } = parseArgs({
  options: {
    few: { type: 'string', default: '100' },
    many: { type: 'string', default: '10000' },
    turns: { type: 'string', default: '7' },
  },
});
const [few, many, turns] = [Number(values.few), Number(values.many), Number(values.turns)];
/** What a turn repeats, so that one slow moment does not make it. */
const perTurn = 40;
const namespaces = 4;
const limit = 20;

const server = process.env.BENCH_DATABASE_URL ? null : await startPostgres();
if (server) process.env.BENCH_DATABASE_URL = server.url;
const { freshDatabase } = await import('./postgres.mjs');
const small = await open('bench_templates_few', few);
const large = await open('bench_templates_many', many);

const figures = {};
for (const [name, work] of Object.entries({ firstPage, middlePage, namesOfNamespace, byName, latestPlan, register })) {
  const ratios = [];
  const times = { few: [], many: [] };
  // the first turn fills caches and plans
  for (let turn = -1; turn < turns; turn++) {
    const [one, other] = [await timed(small, work, turn), await timed(large, work, turn)];
    if (turn < 0) continue;
    times.few.push(one);
    times.many.push(other);
    ratios.push(other / one);
  }
  figures[name] = {
    fewMs: rounded(median(times.few)),
    manyMs: rounded(median(times.many)),
    ratio: rounded(median(ratios)),
    statements: await statementsOf(large, work),
  };
}
console.log(JSON.stringify({ kind: 'templates', few, many, ...figures }));
for (const place of [small, large]) await place.close();
await server?.stop();

async function firstPage({ db }) {
  await listTemplates(db, {}, { limit });
}

async function middlePage({ db }) {
  await listTemplates(db, {}, { limit, after: { ...idOf(2), version: '1.0.0' } });
}

async function namesOfNamespace({ db }) {
  await listTemplateNames(db, 'room_03', { limit });
}

async function byName({ db, count }, round) {
  const found = await findTemplate(db, idOf((round * 37) % count));
  if (found === undefined) throw new Error('there is no such template');
}

/** Another template each time, so that no plan is at hand. */
async function latestPlan(place, round) {
  const { namespace, name } = idOf((place.next++ * 41 + round) % place.count);
  await place.tasker.submit({ namespace, name, context: {} });
}

async function register(place) {
  await place.tasker.register(templateOf(idOf(0), `2.0.${place.next++}`));
}

async function open(database, count) {
  const url = await freshDatabase(database);
  const tasker = await createTasker({ database: url, worker: false, upkeep: false });
  const left = Array.from({ length: count }, (_, index) => templateOf(idOf(index), '1.0.0'));
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await tasker.register(next);
    }),
  );
  const statements = { count: 0 };
  const plain = await openDatabase(url);
  await plain.script('analyze');
  const db = counting(plain, statements);
  return { count, db, tasker, statements, next: 0, close: () => Promise.all([tasker.stop(), plain.close()]) };
}

/** Counts the statements of what reads through it. */
function counting(db, statements) {
  return {
    kind: db.kind,
    schema: db.schema,
    query(...args) {
      statements.count += 1;
      return db.query(...args);
    },
    transaction: (work, ...rest) => db.transaction((tx) => work(counting(tx, statements)), ...rest),
  };
}

async function statementsOf(place, work) {
  if (work === latestPlan || work === register) return null;
  place.statements.count = 0;
  await work(place, 1);
  return place.statements.count;
}

async function timed(place, work, turn) {
  const start = performance.now();
  for (let round = 0; round < perTurn; round++) await work(place, turn * perTurn + round + perTurn);
  return (performance.now() - start) / perTurn;
}

function idOf(index) {
  return { namespace: `room_${String(index % namespaces).padStart(2, '0')}`, name: `template_${index}` };
}

function templateOf({ namespace, name }, version) {
  return {
    name,
    namespace_name: namespace,
    version,
    description: `The template ${name}`,
    steps: ['fetch', 'check', 'store', 'tell'].map((step, index, steps) => ({
      name: step,
      handler: { callable: `${namespace}.${step}`, initialization: { url: 'https://example.com', index } },
      dependencies: index === 0 ? [] : [steps[index - 1]],
    })),
  };
}

function median(figures) {
  const sorted = figures.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}

function rounded(figure) {
  return Math.round(figure * 100) / 100;
}
