import { expect, it } from 'vitest';
import {
  DatabaseUnavailable,
  findSteps,
  findTask,
  InvalidContext,
  InvalidRequest,
  listTasks,
  TemplateNotFound,
} from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { connectionLost, intercept, refusal } from './intercept.ts';
import { listen } from './signals.ts';
import { start } from './start.ts';

const graph = { name: 'graph', context: {} };
const noWorker = { worker: false, upkeep: false } as const;
const problemOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describeOneDatabase((kind) => {
  it('a task is pending, with every field that was given, as soon as its submission returns (CORE-13, CORE-32)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates: [graphOf(chainOf(2))] });
    const { id, replayed } = await tasker.submit({
      name: 'graph',
      context: { order: 7 },
      priority: 5,
      correlationId: 'request-1',
      parentCorrelationId: 'parent-1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      idempotencyKey: 'key-1',
      initiator: 'ada',
      sourceSystem: 'shop',
      reason: 'a sale',
      tags: ['new', 'de,lu"xe'],
    });
    expect(replayed).toBe(false);
    expect(await findTask(db, id)).toMatchObject({
      namespace: 'default',
      name: 'graph',
      version: '1.0.0',
      state: 'pending',
      context: { order: 7 },
      priority: 5,
      correlationId: 'request-1',
      parentCorrelationId: 'parent-1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      idempotencyKey: 'key-1',
      initiator: 'ada',
      sourceSystem: 'shop',
      reason: 'a sale',
      tags: ['new', 'de,lu"xe'],
      finishedAt: null,
    });
    const plain = await tasker.submit(graph);
    expect(await findTask(db, plain.id)).toMatchObject({ priority: 0, initiator: null, tags: [], context: {} });
    expect(await findSteps(db, [plain.id])).toMatchObject([
      { name: 's0', state: 'pending', attempts: 0, ready: true },
      { name: 's1', state: 'pending', attempts: 0, ready: false },
    ]);
  });

  it('what cannot be taken is refused with the name of the field, and nothing is written (CORE-14, CORE-24)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates: [graphOf(chainOf(2))] });
    const refused: [object, string][] = [
      [{ initiator: 'x'.repeat(129) }, '`initiator` must have at most 128 characters, not 129.'],
      [{ context: undefined }, '`context` is undefined.'],
      [{ context: [] }, '`context` must be an object.'],
      [{ context: { a: { b: () => 1 } } }, '`context.a.b` is a function.'],
      [{ context: { a: 'x\u0000' } }, '`context.a` has a character that PostgreSQL cannot store.'],
      [
        { context: { a: 'x'.repeat(1024 * 1024) } },
        '`context` is 1048584 bytes of JSON, and no more than 1048576 may be kept.',
      ],
      [{ bypassSteps: ['s9'] }, '`bypass_steps` names `s9`, which is no step of graph.'],
      [{ bypassSteps: ['s0'] }, '`bypass_steps` names `s0`, which is not skippable.'],
    ];
    for (const [field, message] of refused) {
      const problem = await problemOf(Reflect.apply(tasker.submit, undefined, [{ ...graph, ...field }]));
      expect(problem).toBeInstanceOf(InvalidRequest);
      expect(problem).toMatchObject({ code: 'INVALID_REQUEST', status: 400, message });
    }
    expect(await countOf(db, 'task')).toBe(0);
  });

  it('a request for a template that is not there says what to do (TC-02)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, noWorker);
    const problem = await problemOf(tasker.submit({ name: 'gone', version: '2.0.0', context: {} }));
    expect(problem).toBeInstanceOf(TemplateNotFound);
    expect(problem).toMatchObject({
      message:
        'There is no template default/gone@2.0.0. Register it, or look for the name with `tasker template list`.',
    });
  });

  it('a context that does not fit lists every violation, writes nothing and publishes nothing (CORE-16, TC-05)', async () => {
    const { db } = await kind.fresh();
    const input_schema = {
      type: 'object',
      required: ['id', 'email'],
      properties: { id: { type: 'integer' }, email: { type: 'string', minLength: 3 }, size: { enum: ['s', 'm'] } },
    };
    const tasker = await start(db, { ...noWorker, templates: [graphOf(chainOf(1), { more: { input_schema } })] });
    const events = listen(tasker).events;
    const problem = await problemOf(tasker.submit({ name: 'graph', context: { id: 'x', size: 'xl' } }));
    expect(problem).toBeInstanceOf(InvalidContext);
    expect(problem).toMatchObject({ status: 422 });
    if (!(problem instanceof InvalidContext)) throw problem;
    expect(problem.violations.map(({ path }) => path).toSorted()).toEqual(['email', 'id', 'size']);
    for (const path of ['email', 'id', 'size']) expect(problem.message).toContain(path);
    expect((await listTasks(db)).tasks).toEqual([]);
    expect(events).toEqual([]);
  });

  it('an empty context is accepted, and the defaults of the schema are stored (CORE-17, CORE-18)', async () => {
    const { db } = await kind.fresh();
    const input_schema = { type: 'object', properties: { size: { type: 'string', default: 'm' } } };
    const tasker = await start(db, { ...noWorker, templates: [graphOf(chainOf(1), { more: { input_schema } })] });
    const { id } = await tasker.submit(graph);
    expect(await findTask(db, id)).toMatchObject({ context: { size: 'm' } });
  });

  it('`latest` is the highest version by semver, resolved once (CORE-04)', async () => {
    const { db } = await kind.fresh();
    const versions = ['9.0.0', '10.0.0', '11.0.0-rc.1'];
    const tasker = await start(db, {
      ...noWorker,
      templates: versions.map((version) => graphOf(chainOf(1), { version })),
    });
    const newest = await tasker.submit(graph);
    expect(await findTask(db, newest.id)).toMatchObject({ version: '10.0.0' });
    const chosen = await tasker.submit({ ...graph, version: '9.0.0' });
    await tasker.register(graphOf(chainOf(1), { version: '10.0.1' }));
    expect(await findTask(db, chosen.id)).toMatchObject({ version: '9.0.0' });
    expect(await findTask(db, newest.id)).toMatchObject({ version: '10.0.0' });
    expect(await findTask(db, (await tasker.submit(graph)).id)).toMatchObject({ version: '10.0.1' });
  });

  it('a task goes on with the revision that it was submitted with', async () => {
    const { db } = await kind.fresh();
    const first = await start(db, { ...noWorker, templates: [graphOf(chainOf(1))] });
    const task = await first.submit(graph);
    await first.register(graphOf(chainOf(3)), { replace: true });
    const newer = await first.submit(graph);
    await start(db, { handlers: { do: ({ stepName }) => stepName } });
    expect(await task.completed()).toEqual({ status: 'complete', results: { s0: { result: 's0' } } });
    expect(Object.keys((await newer.completed()).results)).toEqual(['s0', 's1', 's2']);
  });

  it('a thousand tasks are submitted together, all of them or none', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { ...noWorker, templates: [graphOf(chainOf(2))] });
    const requests = Array.from({ length: 1000 }, (_, i) => ({ name: 'graph', context: { i } }));
    const problem = await problemOf(tasker.submitMany([...requests, { ...graph, priority: 500 }]));
    expect(problem).toBeInstanceOf(InvalidRequest);
    expect((await listTasks(db)).tasks).toEqual([]);
    const handles = await tasker.submitMany(requests);
    expect(new Set(handles.map(({ id }) => id)).size).toBe(1000);
    expect(await countOf(db, 'task')).toBe(1000);
    expect(await countOf(db, 'ready')).toBe(1000);
    expect(await tasker.submitMany([])).toEqual([]);
  });

  it('bypassed steps are passed over wherever they stand, and the steps after them run (CORE-24)', async () => {
    const { db } = await kind.fresh();
    const ran: string[] = [];
    const parents = { root: [], left: ['root'], right: ['root'], join: ['left', 'right'], last: ['join'] };
    const tasker = await start(db, {
      templates: [graphOf(parents, { every: { skippable: true } })],
      handlers: {
        do({ stepName }) {
          ran.push(stepName);
        },
      },
    });
    for (const [bypassSteps, runs] of [
      [['root'], ['left', 'right', 'join', 'last']],
      [['left'], ['root', 'right', 'join', 'last']],
      [['join'], ['root', 'left', 'right', 'last']],
      [
        ['last', 'left', 'right'],
        ['root', 'join'],
      ],
      [['root', 'left', 'right', 'join', 'last'], []],
    ] satisfies [string[], string[]][]) {
      ran.length = 0;
      const task = await tasker.submit({ ...graph, bypassSteps });
      const { status, results } = await task.completed();
      expect(status).toBe('complete');
      expect(ran.toSorted()).toEqual(runs.toSorted());
      expect(Object.keys(results).toSorted()).toEqual(runs.toSorted());
      const steps = await findSteps(db, [task.id]);
      expect(
        steps
          .filter(({ state }) => state === 'skipped')
          .map(({ name }) => name)
          .toSorted(),
      ).toEqual(bypassSteps.toSorted());
    }
  });

  it('a failure at any statement of a submission leaves nothing behind (CORE-15, TC-03)', async () => {
    const { db } = await kind.fresh();
    let broken: string | undefined;
    const faulty = intercept(db, async (statement, run) => {
      if (broken !== undefined && statement.name === broken)
        throw refusal('53100', 'could not extend file: no space left on device');
      return run();
    });
    const tasker = await start(faulty, { ...noWorker, templates: [graphOf(chainOf(2))] });
    for (const name of ['reserve_task_keys', 'find_task_keys', 'insert_tasks']) {
      broken = name;
      const request = { ...graph, idempotencyKey: 'once' };
      expect(await problemOf(tasker.submit(request))).toMatchObject({
        message: expect.stringContaining('no space left'),
      });
      expect(await problemOf(tasker.submitMany([request]))).toMatchObject({ code: '53100' });
      for (const table of ['task', 'ready', 'task_key', 'step_edit']) expect(await countOf(db, table)).toBe(0);
    }
    broken = undefined;
    expect(await tasker.submit({ ...graph, idempotencyKey: 'once' })).toMatchObject({ replayed: false });
  });

  it('an answer that gets lost does not make the task twice', async () => {
    const { db } = await kind.fresh();
    let losses = 3;
    const faulty = intercept(db, async (statement, run) => {
      const answer = await run();
      if (statement.name === 'insert_tasks' && losses-- > 0) throw connectionLost();
      return answer;
    });
    const tasker = await start(faulty, { ...noWorker, templates: [graphOf(chainOf(2))] });
    const { id } = await tasker.submit(graph);
    const [other] = await tasker.submitMany([graph]);
    expect(new Set((await listTasks(db)).tasks.map(({ taskId }) => taskId))).toEqual(new Set([id, other?.id]));
  });

  it('steps that the answer to a submission would have handed out are begun although it got lost', async () => {
    const { db } = await kind.fresh();
    let losses = 1;
    let runs = 0;
    const faulty = intercept(db, async (statement, run) => {
      const answer = await run();
      if (statement.name?.startsWith('insert_tasks') && losses-- > 0) throw connectionLost();
      return answer;
    });
    const tasker = await start(faulty, {
      templates: [graphOf(chainOf(2))],
      worker: { leaseMs: 1_500 },
      handlers: { do: () => void (runs += 1) },
    });
    const task = await tasker.submit(graph);
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    expect(runs).toBe(2);
    expect(await findSteps(db, [task.id])).toMatchObject([{ attempts: 1 }, { attempts: 1 }]);
  });

  it('a database that stays away is reported as such, with what it means for the task', async () => {
    const { db } = await kind.fresh();
    let away = false;
    const faulty = intercept(db, async (_, run) => {
      if (away) throw connectionLost();
      return run();
    });
    const clock = acceleratedClock();
    const tasker = await start(faulty, { ...noWorker, clock, templates: [graphOf(chainOf(2))] });
    await tasker.submit(graph);
    away = true;
    const problem = await problemOf(tasker.submit(graph));
    away = false;
    expect(problem).toBeInstanceOf(DatabaseUnavailable);
    expect(problem).toMatchObject({
      status: 503,
      message: 'The database cannot be reached. The task may not have been submitted; try again.',
    });
  });
});

/** Waits no longer than a turn, and believes that all of the time has passed. */
function acceleratedClock() {
  let elapsed = 0;
  return {
    now: () => Date.now(),
    elapsed: () => elapsed,
    wakeAfter(delayMs: number, wake: () => void) {
      const turn = setImmediate(() => {
        elapsed += delayMs;
        wake();
      });
      return () => clearImmediate(turn);
    },
  };
}

async function countOf(db: { query<Row extends object>(statement: { text: string }): Promise<Row[]> }, table: string) {
  const [row] = await db.query<{ count: number }>({ text: `select count(*)::int as count from tasker.${table}` });
  return row?.count;
}
