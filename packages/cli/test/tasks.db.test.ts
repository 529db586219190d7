import { fileURLToPath } from 'node:url';
import { createTasker, type Database, defineTask, type Tasker } from '@tasker/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../../engine/test/servers/databases.ts';
import { patience, runTasker } from './run-tasker.ts';
import { fail, greet } from './shop-tasks.ts';

const unserved = fileURLToPath(new URL('unserved.yaml', import.meta.url));
const nowhere = '01a1f779-346e-76a1-9ee7-0b5664f00000';

let database: { db: Database; url: string; drop(): Promise<void> };
/** A worker in this process serves what the commands submit from theirs. */
let worker: Tasker;

const run = (args: string, input = '') => runTasker(args.split(' '), { database: database.url, input });

async function json(args: string, input = ''): Promise<Record<string, unknown>> {
  const { out } = await run(`${args} --json`, input);
  return JSON.parse(out) as Record<string, unknown>;
}

async function submit(args: string): Promise<string> {
  return String((await json(`task submit ${args}`))['task_id']);
}

// One server is enough: that the statements work on all of them is tested where they are.
describe.for(databases.filter(({ concurrent }) => concurrent).slice(0, 1))('on $name', patience, (kind) => {
  beforeAll(async () => {
    database = await kind.create();
    worker = await createTasker({ database: database.db, tasks: [greet, fail] });
  });
  afterAll(async () => {
    await worker.stop();
    await database.drop();
  });

  it('submits a task, waits for it and shows it', async () => {
    const { code, out, err } = await run('task submit shop/greet --wait --context {"name":"Ada"}');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/task complete, \d/);
    expect(out).toMatch(/say_hello +complete +attempt 1 of 3/);
    const id = /^Task (\S+)/.exec(out)?.[1] ?? '';

    const shown = await run(`task show ${id}`);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain(`Task ${id} complete, 4 of 4 steps`);
    expect(
      shown.out
        .replace(/ {2,}.*/g, '')
        .split('\n')
        .slice(3),
    ).toEqual(['✓', '├─╮', '✓ │', '│ ✓', '├─╯', '✓', '']);
    // No colours where nobody looks on.
    expect(shown.out).not.toContain('\u001B');

    expect(await json(`task show ${id}`)).toMatchObject({
      task_id: id,
      full_name: 'shop.greet@1.0.0',
      status: 'complete',
      context: { name: 'Ada' },
      execution_status: 'all_complete',
      workflow_steps: [
        { name: 'begin', status: 'complete', attempts: 1 },
        { name: 'say_hello', depends_on: ['begin'], results: { greeting: 'hello Ada' } },
        { name: 'say_goodbye', results: { greeting: 'goodbye Ada' } },
        { name: 'end', depends_on: ['say_hello', 'say_goodbye'] },
      ],
      edges: expect.arrayContaining([{ from: 'begin', to: 'say_hello' }]),
    });
  });

  it('says at once what it submitted when it is not to wait', async () => {
    const { code, out } = await run('task submit shop/greet@1.0.0 --context -', '{"name":"Bob"}');
    expect(code).toBe(0);
    expect(out).toMatch(/^Task \S+ submitted: shop\/greet@1\.0\.0\.\nSee how it goes: tasker task show \S+\n$/);
  });

  it('hands on everything that can be said about a task (TC-119)', async () => {
    const args =
      'shop/greet --context {"name":"Cyd"} --idempotency-key k1 --priority 7 --tag red blue --reason test ' +
      '--initiator cyd --source-system web --correlation-id c-1';
    const first = await json(`task submit ${args}`);
    expect(first).toMatchObject({
      replayed: false,
      priority: 7,
      tags: ['red', 'blue'],
      reason: 'test',
      initiator: 'cyd',
    });
    expect(first).toMatchObject({ source_system: 'web', correlation_id: 'c-1', idempotency_key: 'k1' });
    const again = await run(`task submit ${args}`);
    expect(again.out).toContain(`Task ${String(first['task_id'])} was submitted with this idempotency key before`);
    expect(again.code).toBe(0);
  });

  it('ends 3 when the task it waits for ends in error', async () => {
    const { code, out } = await run('task submit shop/fail --wait');
    expect(code).toBe(3);
    expect(out).toMatch(/break +error +attempt 1 of 3/);
    expect(out).toContain('PAYMENT_DECLINED: The card was declined');
  });

  it('ends 1 when the time to wait is over, and says why', async () => {
    await run(`template register ${unserved}`);
    const { code, out, err } = await run('task submit shop/unserved --wait --timeout 0.2');
    expect(code).toBe(1);
    expect(err).toContain('The time to wait is over; the task goes on.');
    expect(out).toContain('no_worker');
  });

  it.each([
    ['task submit shop/greet --context {}', 1, 'name is required'],
    ['task submit shop/greet --priority 1000 --context {"name":"x"}', 2, '`priority` must be <= 100'],
    ['task submit shop/nothing', 4, 'There is no template shop/nothing@latest.'],
    [`task show ${nowhere}`, 4, 'There is no task'],
    [`task explain ${nowhere}`, 4, 'There is no task'],
    [`task cancel ${nowhere}`, 4, 'There is no task'],
    [`step show ${nowhere} break`, 4, 'There is no task'],
    ['template show shop/nothing', 4, 'There is no template'],
  ])('%s ends %i and says why', async (args, exitCode, says) => {
    const { code, out, err } = await run(args);
    expect(err).toContain(says);
    expect(err).toMatch(/^tasker: .*\n$/);
    expect({ code, out }).toEqual({ code: exitCode, out: '' });
  });

  it('gives errors of the engine to machines with their code and details', async () => {
    expect(await json('task submit shop/greet --context {}')).toEqual({
      error: {
        code: 'INVALID_CONTEXT',
        message: expect.stringContaining('name is required'),
        details: { violations: [{ path: 'name', message: 'is required' }] },
      },
    });
  });

  it('watches a task to its end', async () => {
    const failed = await submit('shop/fail');
    const watched = await run(`task watch ${failed}`);
    expect(watched.code).toBe(3);
    expect(watched.out).toMatch(/break error, attempt 1, .*: PAYMENT_DECLINED: The card was declined\n/);
    expect((await run(`task watch ${await submit('shop/greet --context {"name":"Eve"}')}`)).code).toBe(0);
    expect((await run(`task watch ${nowhere}`)).code).toBe(4);
  });

  it('explains, retries and resolves a failed task (TC-119)', async () => {
    const id = await submit('shop/fail --wait');
    const explained = await run(`task explain ${id}`);
    expect(explained.code).toBe(0);
    expect(explained.out).toMatch(/^break {2}failed: .*PAYMENT_DECLINED/m);
    expect(explained.out).toMatch(/→ .*retry/);
    expect(await json(`task explain ${id} --step break`)).toMatchObject({
      reasons: [{ kind: 'failed', step: 'break' }],
    });
    expect((await run(`task explain ${id} --step nothing`)).code).toBe(4);

    const retried = await run(`task retry ${id} --actor ada --reason again`);
    expect(retried).toMatchObject({ code: 0, out: `Task ${id} retried; the task is in_progress.\n` });
    await worker.task(id).completed();

    const step = await run(`step show ${id} break`);
    expect(step.out).toContain('break retry by ada: again');
    expect(step.out).toMatch(/runs after {2}nothing/);
    expect(await json(`step show ${id} break`)).toMatchObject({
      name: 'break',
      status: 'error',
      attempts: 2,
      error: { code: 'PAYMENT_DECLINED' },
      history: expect.arrayContaining([expect.objectContaining({ kind: 'operator_retry', actor: 'ada' })]),
    });

    const resolved = await run(`step resolve ${id} break --result {"paid":"cash"} --reason cash`);
    expect(resolved.code).toBe(0);
    expect((await worker.task(id).completed()).status).toBe('complete');
    expect(await json(`task show ${id}`)).toMatchObject({
      status: 'complete',
      workflow_steps: [
        { status: 'resolved_manually', results: { paid: 'cash' }, reason: 'cash' },
        { status: 'complete' },
      ],
    });
    const late = await run(`task cancel ${id}`);
    expect(late).toMatchObject({ code: 1, err: `tasker: Task ${id} is complete and cannot become cancelled.\n` });
  });

  it('skips, cancels and retries single steps', async () => {
    const failed = await submit('shop/fail --wait');
    expect((await run(`step retry ${failed} break`)).code).toBe(0);
    await worker.task(failed).completed();
    expect((await run(`step skip ${failed} break`)).code).toBe(0);
    expect((await worker.task(failed).completed()).status).toBe('complete');

    const open = await submit('shop/unserved');
    expect(await json(`step cancel ${open} then`)).toMatchObject({ task_id: open, changed: true });
    expect(await json(`task show ${open}`)).toMatchObject({
      workflow_steps: [
        { name: 'wait', status: 'pending' },
        { name: 'then', status: 'cancelled' },
      ],
    });
    expect((await run(`step skip ${open} nothing`)).code).toBe(4);
  });

  it('edits what can be edited, and says when it was so before', async () => {
    await run(`template register ${unserved}`);
    const id = await submit('shop/unserved --tag old');
    const edited = await run(`task edit ${id} --reason late --tag vip today --actor ada`);
    expect(edited.code).toBe(0);
    expect(edited.out).toContain(`Task ${id} edited.\n`);
    expect(edited.out).toContain('reason late · ');
    expect(edited.out).toContain('tags vip, today');
    expect((await run(`task edit ${id} --reason late`)).out).toContain(`Task ${id} was so before.\n`);
    expect(await json(`task edit ${id} --clear-tags`)).toMatchObject({ changed: true, task: { tags: [] } });
    expect(await run(`step edit ${id} wait --max-attempts 9 --inputs {"amount":1} --reason more`)).toMatchObject({
      code: 0,
      out: 'Step wait edited: 9 attempts at most, inputs {"amount":1}.\n',
    });
    const history = await run(`task history ${id}`);
    expect(history.out).toMatch(/^[\d-]+ [\d:]+ {2}task submitted/);
    expect(history.out).toContain('  task edit by ada\n');
    expect(history.out).toMatch(/ {2}wait edit by .*: more\n/);
  });

  it('lists the steps of a task and draws them', async () => {
    const id = await submit('shop/greet --wait --context {"name":"Ada"}');
    const steps = await run(`step list ${id}`);
    expect(steps.out).toMatch(/^STEP +STATUS +ATTEMPTS +TOOK +RUNS AFTER +HANDLER\n/);
    expect(steps.out).toMatch(/^say_hello +complete +1 of 3 +/m);
    const drawing = await run(`template graph --task ${id}`);
    expect(await run(`task graph ${id}`)).toEqual(drawing);
    expect(drawing.out).toContain('say_hello');
    expect((await run(`task graph ${id} --format mermaid`)).out).toMatch(/^(graph|flowchart) /m);
  });

  it('finds tasks by what was noted about them, and tells under which names', async () => {
    await run(`template register ${unserved}`);
    const id = await submit('shop/unserved');
    await worker.annotate(id, 'review', { verdict: 'good', stars: 5 });
    const found = async (args: string) =>
      ((await json(`task list --annotation-type review ${args}`))['tasks'] as { task_id: string }[]).map(
        ({ task_id }) => task_id,
      );
    expect(await found('--annotation-key verdict --annotation-value good')).toEqual([id]);
    expect(await found('--annotation-key stars --annotation-value 5')).toEqual([id]);
    expect(await found('--annotation-key stars --annotation-value "5"')).toEqual([]);
    expect((await run('annotation list')).out).toContain('review\n');
  });

  it('says what can be submitted, and whether workers can run it', async () => {
    await run(`template register ${unserved}`);
    expect((await run('handler namespaces')).out).toMatch(/^NAMESPACE +TASKS\n/);
    expect((await run('handler list shop')).out).toMatch(/^shop\/greet +1\.0\.0 +1\.0\.0$/m);
    expect(await run('handler list nothing')).toMatchObject({ code: 4, out: '' });
    const shown = await run('handler show shop/greet');
    expect(shown.out).toMatch(/^shop\/greet@1\.0\.0\nWorkers can run it now\.\n/);
    expect(shown.out).toMatch(/^say_hello +\S+ +3 attempts/m);
    expect((await run('handler show shop/unserved@1.0.0')).out).toContain(
      'No worker that is running has nobody.has_this.',
    );
    expect((await run('handler show shop/nothing')).code).toBe(4);
  });

  it('cancels a task, and says when it was cancelled before', async () => {
    const id = await submit('shop/unserved');
    expect(await run(`task cancel ${id}`)).toMatchObject({
      code: 0,
      out: `Task ${id} cancelled; the task is cancelled.\n`,
    });
    expect(await run(`task cancel ${id}`)).toMatchObject({ code: 0, out: `Task ${id} was cancelled before.\n` });
    expect((await run(`task submit shop/unserved --wait --timeout 0.1`)).code).toBe(1);
  });

  it('lists tasks by filter and page', async () => {
    const tag = 'paged';
    for (const name of ['a', 'b', 'c']) await submit(`shop/greet --context {"name":"${name}"} --tag ${tag} --wait`);
    const first = await json(`task list --tag ${tag} --limit 2`);
    expect(first['tasks']).toHaveLength(2);
    const second = await json(`task list --tag ${tag} --limit 2 --cursor ${String(first['next_cursor'])}`);
    expect(second).toMatchObject({ tasks: [{ name: 'greet', status: 'complete', tags: [tag] }], next_cursor: null });
    const { out } = await run(`task list --tag ${tag} --limit 2`);
    expect(out).toMatch(/^TASK +TEMPLATE +STATUS/);
    expect(out).toMatch(/More: add --cursor \S+\n$/);
    expect((await run('task list --tag none')).out).toBe('There are no such tasks.\n');
    const mended = await submit('shop/fail --context {"mended":true} --wait');
    const found = await json('task list --namespace shop --name fail --status complete --created-after 2020-01-01');
    expect(found['tasks']).toContainEqual(
      expect.objectContaining({ task_id: mended, name: 'fail', status: 'complete' }),
    );
  });

  it('lists workers and namespaces (TC-119)', async () => {
    const { code, out } = await run('worker list');
    expect(code).toBe(0);
    expect(out).toMatch(/running +0 of 100 .* \d+ in shop$/m);
    expect(await json('worker list --all')).toMatchObject({
      workers: [{ state: 'running', info: { pid: process.pid } }],
    });
    expect((await json('namespace list'))['namespaces']).toContainEqual(
      expect.objectContaining({ name: 'shop', workers: 1 }),
    );
  });

  it('registers, lists and shows templates', async () => {
    const registered = await run(`template register ${unserved}`);
    expect(registered).toMatchObject({ code: 0, out: 'Registered shop/unserved@1.0.0: 2 steps.\n' });
    expect((await run('template list --namespace shop')).out).toMatch(/shop\/unserved@1\.0\.0 +2 +1 /);
    const shown = await run('template show shop/unserved');
    expect(shown.out).toContain('Nobody has its handlers.');
    expect(shown.out).toMatch(/● +wait +nobody\.has_this +3 attempts, 300 s each\n│\n● +then/);
    expect(await json('template show shop/unserved@1.0.0')).toMatchObject({
      full_name: 'shop.unserved@1.0.0',
      document: { steps: [{ name: 'wait' }, { name: 'then', dependencies: ['wait'] }] },
    });
  });

  it('refuses other content under a version that exists, unless it is told to replace it', async () => {
    await worker.register(
      defineTask({ namespace: 'shop', name: 'unserved', version: '2.0.0' }).step('x', { handler: 'y' }),
    );
    const file = unserved.replace('unserved.yaml', 'unserved-2.yaml');
    const refused = await run(`template register ${file}`);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('shop/unserved@2.0.0 is registered with different content');
    expect((await run(`template register ${file} --replace`)).out).toContain('shop/unserved@2.0.0, revision 2');
  });

  it('brings a database up to date, and says when one is not', async () => {
    const empty = await kind.create({ empty: true });
    const on = (args: string) => runTasker(args.split(' '), { database: empty.url });
    try {
      const early = await on('task list');
      expect(early.code).toBe(1);
      expect(early.err).toMatch(/is not up to date: \d+ migrations are missing\. Run `tasker migrate` first\./);
      const before = await on('migrate status');
      expect(before.code).toBe(1);
      expect(before.out).toContain('0001 init, missing');
      expect((await on('migrate')).out).toMatch(/^Applied 0001 init\.\n.*The database is up to date\.\n$/s);
      expect(await on('migrate up')).toMatchObject({ code: 0, out: 'The database was up to date.\n' });
      expect((await on('migrate status')).code).toBe(0);
      expect(JSON.parse((await on('migrate status --json')).out)).toMatchObject({ pending: [] });
      expect((await on('worker list')).out).toContain('No worker is running.');
    } finally {
      await empty.drop();
    }
  });
});
