// Writes what a run of lists.mjs found into a report:  node lists-report.mjs FILE.jsonl SURFACES.md
// The last line of the file counts. In the report it replaces the row about lists and the section "Lists".
import { readFileSync, writeFileSync } from 'node:fs';

/** As many as are shown. */
const slowest = 20;
const limit = 20;

const [rawFile, reportFile] = process.argv.slice(2);
if (!reportFile) {
  console.error('Give the file of raw lines and the report: node lists-report.mjs results/lists.jsonl SURFACES.md');
  process.exit(2);
}
const run = lastRun();
const report = readFileSync(reportFile, 'utf8');
writeFileSync(reportFile, withSection(withRow(report)));

function lastRun() {
  const lines = readFileSync(rawFile, 'utf8').split('\n').filter(Boolean);
  const last = lines.map((line) => JSON.parse(line)).findLast(({ kind }) => kind === 'lists');
  if (last === undefined) throw new Error(`${rawFile} has no run of lists.mjs`);
  return last;
}

function withRow(text) {
  const [worst] = run.lists;
  const met = worst.ratio <= limit ? 'met' : '**missed**';
  const row = `| lists over ${count(run.tasks)} finished tasks: p95 over the median of a task by its id, the worst of ${run.lists.length} | at most ${limit} | **${worst.ratio}** | ${met} |`;
  const place = /^\| lists over .*$/m;
  if (!place.test(text)) throw new Error(`${reportFile} has no row that begins with "| lists over"`);
  return text.replace(place, () => row);
}

function withSection(text) {
  const place = /^## Lists\n[\s\S]*?(?=^## |$(?![\s\S]))/m;
  if (!place.test(text)) throw new Error(`${reportFile} has no section "Lists"`);
  return text.replace(place, () => `${section().trim()}\n`);
}

function section() {
  const { byKeyMs, byKeySqlMs, cores, lists } = run;
  const within = (field, reading) => lists.filter((list) => list[field] <= limit * reading.p50).length;
  const readings = [
    ['a task by its id over HTTP, with its steps', byKeyMs],
    ['its row alone, by SQL', byKeySqlMs],
  ].map(
    ([what, reading]) =>
      `| ${what} | ${reading.p50} | ${reading.p95} | ${within('p95', reading)} | ${within('p50', reading)} |`,
  );
  const rows = lists
    .slice(0, slowest)
    .map((list) => `| ${list.name} | ${list.found} | ${list.p50} | ${list.p95} | ${list.ratio} | ${list.sqlRatio} |`);
  return `## Lists

Written by \`lists-report.mjs\` from a run of ${run.at.slice(0, 10)} (Node ${run.node}). ${count(run.tasks)} finished tasks in
29 templates and 60 days, ${count(run.open)} open ones besides; every request over one connection, in turns, ${run.rounds} rounds. Of the
two cores the server used ${cores.server}, PostgreSQL ${cores.postgres}, whoever asked ${cores.asking}, others ${run.foreignCores}.

| ${limit} times… | p50 ms | p95 ms | lists within it by their p95, of ${lists.length} | by their p50 |
| --- | --- | --- | --- | --- |
${readings.join('\n')}

The slowest by p95:

| list | shown | p50 ms | p95 ms | p95 / by id | p95 / row by SQL |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

"Never together" are two filters each of which leaves some ten or hundred thousand tasks and which have none in common:
weeks that are over [know it](../docs/decisions/0026-weeks-are-closed.md), so only what came since is looked through: here
${count(run.notClosed)} tasks. Filters that do come together, but rarely, take the time to look through what the rarer of them
leaves. Everything else is read off the end of an index; how many rows each looks at is counted by
\`list-tasks-plan.db.test.ts\`. Most of what a list of a few milliseconds takes is planning: a process keeps the plans of the
sixteen kinds of list that were asked for three times first, and here there are hundreds.

The index of correlation ids in the order of their tasks costs nothing to tasks without one; what it costs those that have
one was not measured.

${run.counts.map(({ name, p50, p95 }) => `No list: \`${name}\` counts the system and keeps the answer for some seconds, p50 ${p50} ms, p95 ${p95} ms.`).join('\n')}
`;
}

function count(number) {
  return number.toLocaleString('en');
}
