import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-usage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runTasker(args, { cwd: folder });
const id = '01a1f779-346e-76a1-9ee7-0b5664f00000';

it('says what there is', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  for (const command of [
    'demo',
    'dev',
    'migrate',
    'template',
    'task',
    'step',
    'worker',
    'handler',
    'annotation',
    'namespace',
    'health',
  ]) {
    expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
  }
  expect((await run('task', 'submit', '--help')).out).toContain('--context-file <file>');
});

it('says its version', async () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { code, out } = await run('--version');
  expect(code).toBe(0);
  expect({ version: out.trim() }).toEqual({ version: Reflect.get(Object(manifest), 'version') });
});

it.each([
  ['frobnicate', "unknown command 'frobnicate'"],
  ['task lsit', 'Did you mean list?'],
  ['task list --frobnicate', "unknown option '--frobnicate'"],
  ['task show', "missing required argument 'task'"],
  ['task show nonsense', 'An id looks like'],
  ['task list --status done', '--status is one of pending, in_progress, complete'],
  ['task list --limit 0', '--limit is a number from 1 to 100, not "0"'],
  ['task list --created-after soon', '--created-after takes a time such as'],
  ['task submit a/b@c@d', 'A template is named like namespace/name'],
  ['task submit a/b --context {"a":', 'What --context holds is not JSON'],
  ['task submit a/b --context {} --context-file x', '--context or --context-file, not both'],
  ['task submit a/b --context-file none.json', 'none.json cannot be read'],
  ['task submit a/b --priority high', '--priority takes a whole number from -100 to 100, not "high"'],
  ['task list --url http://x --database file:x', 'Give --url or --database, not both.'],
  ['migrate --url http://x', 'leave --url out'],
  ['task list --url x', '`url` must begin with http:// or https://, not "x"'],
  ['task submit a/b --timeout long', '--timeout takes a number of seconds, not "long"'],
  [`step resolve ${id} pay --result oops`, 'What --result holds is not JSON'],
  [`task edit ${id}`, 'Say what to change: --reason, --tag or --clear-tags.'],
  [`task edit ${id} --tag a --clear-tags`, 'Give --tag or --clear-tags, not both.'],
  ['task edit nonsense --reason x', 'An id looks like'],
  ['task history', "missing required argument 'task'"],
  [`task graph ${id} --format png`, '--format is one of ascii, mermaid, dot, svg, not "png".'],
  ['task list --annotation-key a', 'Give --annotation-type with --annotation-key'],
  ['task list --annotation-type a --annotation-key b', 'Give --annotation-value with --annotation-key.'],
  [`step edit ${id} pay`, 'Say what to change: --max-attempts, --inputs or --inputs-file.'],
  [`step edit ${id} pay --max-attempts 0`, '--max-attempts is a number from 1 to 1000, not "0".'],
  [`step edit ${id} pay --inputs [1]`, '--inputs takes a JSON object'],
  [`step edit ${id} pay --inputs {} --inputs-file x`, 'Give --inputs or --inputs-file, not both.'],
  ['step list', "missing required argument 'task'"],
  ['handler list', "missing required argument 'namespace'"],
  ['handler show a/b@c@d', 'A template is named like namespace/name'],
  ['health', 'Name the server with --url or TASKER_URL; `tasker doctor` looks at a database.'],
  ['health well --url http://x', 'Ask about one of live, ready, status, not "well".'],
  ['template register none.yaml', 'none.yaml cannot be read'],
  ['dev', 'There is nothing to work on: name modules with --tasks'],
  ['worker', 'name their files with --tasks'],
  ['worker --tasks none.ts', 'There is no file none.ts.'],
  ['worker --tasks x.ts --health-port high', '--health-port is a number from 0 to 65535, not "high"'],
  ['completion tcsh', 'The shell is one of bash, zsh, fish, not "tcsh".'],
  ['dev --tasks none.ts', 'There is no file none.ts.'],
  ['trace', "missing required argument 'correlation-id'"],
  ['trace no/good', 'A correlation id has 1 to 100 letters, digits and _ . : -'],
  ['trace c-1 --url x', '`url` must begin with http:// or https://, not "x"'],
  ['trace c-1 --url http://x --database file:x', 'Give --url or --database, not both.'],
  ['trace c-1 --url http://x --token a --token b', 'there are 2 tokens for 1 servers'],
  ['task list --url http://x --url http://y', 'Give --url once: this command asks one server.'],
])('refuses `tasker %s` with exit code 2', async (args, says) => {
  const { code, out, err } = await run(...args.split(' '));
  expect(err).toContain(says);
  expect(code).toBe(2);
  expect(out).toBe('');
});

it('does not make a database by looking for one', async () => {
  const { code, err } = await run('task', 'list');
  expect(code).toBe(1);
  expect(err).toContain('There is no database in the folder .tasker.');
  expect(err).toContain('tasker migrate');
});

it('says which database it cannot reach, without its password', async () => {
  const { code, err } = await run('task', 'list', '--database', 'postgres://ada:secret@127.0.0.1:1/shop');
  expect(code).toBe(1);
  expect(err).toMatch(/^tasker: The database at postgres:\/\/ada@127\.0\.0\.1:1\/shop cannot be used: .*--database/);
  expect(err).not.toContain('secret');
});

it('prints errors as JSON where JSON is asked for, and stacks only where they are', async () => {
  const { code, out, err } = await run('task', 'list', '--status', 'done', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(out)).toEqual({
    error: { code: 'INVALID_REQUEST', message: expect.stringContaining('--status is one of') },
  });
  expect(err).toBe('');
  expect((await run('task', 'list', '--status', 'done', '--verbose')).err).toMatch(/\n\s+at /);
});

it.each([
  ['task show nonsense', 'An id looks like'],
  ['task list --frobnicate', "unknown option '--frobnicate'"],
  ['task lsit', "unknown command 'lsit' (Did you mean list?)"],
  ['task', '`--help` says what there is'],
])('prints as JSON, too, that `tasker %s` is no command as it can be', async (args, says) => {
  const { code, out, err } = await run(...args.split(' '), '--json');
  expect(code).toBe(2);
  expect(JSON.parse(out)).toEqual({ error: { code: 'INVALID_REQUEST', message: expect.stringContaining(says) } });
  expect(err).toBe('');
});

it('lists every mistake of a template with its place', async () => {
  writeFileSync(join(folder, 'bad.yaml'), 'name: x\nstepz: []\nsteps:\n  - name: a\n    handler: {}\n');
  const { code, err } = await run('template', 'register', 'bad.yaml');
  expect(code).toBe(1);
  expect(err).toContain('bad.yaml:2:1');
  expect(err).toContain('bad.yaml:5:14');
});

it('says what a module of tasks lacks', async () => {
  writeFileSync(join(folder, 'empty.mjs'), 'export const x = 1;');
  writeFileSync(join(folder, 'broken.mjs'), 'export const handlers = { pay: 1 };');
  expect((await run('dev', '--tasks', 'empty.mjs')).err).toContain('empty.mjs exports no tasks.');
  expect((await run('dev', '--tasks', 'broken.mjs')).err).toContain('`handlers.pay` of broken.mjs must be a function');
});

it('takes the database from the configuration, and refuses a configuration with mistakes', async () => {
  const configured = mkdtempSync(join(folder, 'configured-'));
  writeFileSync(join(configured, 'tasker.config.yaml'), 'database: { url: "file:elsewhere" }\n');
  const there = await runTasker(['task', 'list'], { cwd: configured });
  expect(there.err).toContain('There is no database in the folder elsewhere.');
  const over = await runTasker(['task', 'list', '--database', 'file:over'], {
    cwd: configured,
    database: 'file:under',
  });
  expect(over.err).toContain('There is no database in the folder over.');
  const env = { TASKER_DATBASE_URL: 'memory:', TASKER_WORKER_CONCURRENCY: 'many' };
  const refused = await runTasker(['task', 'list'], { cwd: configured, env });
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('Do you mean TASKER_DATABASE_URL?');
  expect(refused.err).toContain('TASKER_WORKER_CONCURRENCY must be a whole number');
});

it('prints what a shell needs to complete it', async () => {
  const { code, out } = await run('completion', 'bash');
  expect(code).toBe(0);
  expect(out).toContain("tasker/worker) words='list'");
  expect(out).toMatch(/complete -o default -F _tasker tasker\n$/);
});
