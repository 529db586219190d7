import { expect, it } from 'vitest';
import {
  createTasker,
  findSteps,
  findTask,
  InvalidTemplate,
  listWorkers,
  readTemplate,
  type StepContext,
} from '../../src/index.ts';
import { describeEachDatabase, describeOneDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { intercept } from './intercept.ts';
import { countdown, gate, isStep, listen } from './signals.ts';
import { start } from './start.ts';

const shapes: Record<string, Record<string, string[]>> = {
  line: chainOf(6),
  diamond: { top: [], left: ['top'], right: ['top'], bottom: ['left', 'right'] },
  tree: { root: [], a: ['root'], b: ['root'], aa: ['a'], ab: ['a'], ba: ['b'], bb: ['b'] },
  merging_branches: { a: [], b: [], c: [], merge: ['a', 'b', 'c'], end: ['merge'] },
  something_of_everything: {
    a: [],
    b: [],
    c: ['a'],
    d: ['a', 'b'],
    e: ['c', 'd'],
    f: ['b'],
    g: ['e', 'f', 'a'],
    h: [],
    i: ['g'],
  },
};

describeEachDatabase((kind) => {
  it('graphs of every shape complete, each step once and after its parents, with what they returned (CORE-28, CORE-63, TC-27, TC-79)', async () => {
    const { db } = await kind.fresh();
    const began = new Map<string, string[]>();
    const tasker = await start(db, {
      templates: Object.entries(shapes).map(([name, parents]) => graphOf(parents, { name })),
      handlers: {
        async do({ taskUuid, stepName, inputData, dependencyResults }: StepContext) {
          const order = began.get(taskUuid) ?? [];
          began.set(taskUuid, order);
          for (const parent of shapes[JSON.stringify(inputData['shape']).slice(1, -1)]?.[stepName] ?? []) {
            expect(order).toContain(parent);
            expect(dependencyResults[parent]).toEqual({ is: parent });
          }
          await new Promise((resolve) => setImmediate(resolve));
          order.push(stepName);
          return { is: stepName };
        },
      },
    });
    for (const [shape, parents] of Object.entries(shapes)) {
      const task = await tasker.submit({ name: shape, context: { shape } });
      const { status, results } = await task.completed();
      const steps = Object.keys(parents).toSorted();
      expect([shape, status, Object.keys(results).toSorted()]).toEqual([shape, 'complete', steps]);
      expect(began.get(task.id)?.toSorted()).toEqual(steps);
      const attempts = await findSteps(db, [task.id]);
      expect(attempts.map((step) => `${step.state} ${step.attempts}`)).toEqual(steps.map(() => 'complete 1'));
    }
  });
});

describeOneDatabase((kind) => {
  it('steps that do not depend on each other run at the same time (CORE-63)', async () => {
    const { db } = await kind.fresh();
    const together = countdown(3);
    const tasker = await start(db, {
      templates: [graphOf({ root: [], a: ['root'], b: ['root'], c: ['root'], end: ['a', 'b', 'c'] })],
      handlers: {
        async do({ stepName }) {
          if (!'abc'.includes(stepName)) return;
          together.count();
          await together.reached;
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    expect(await task.completed()).toMatchObject({ status: 'complete' });
  });

  it('a step opens two thousand, and the last of them what follows', async () => {
    const { db } = await kind.fresh();
    const wide = Array.from({ length: 2_000 }, (_, i) => `s${i}`);
    const parents = { root: [], ...Object.fromEntries(wide.map((name) => [name, ['root']])), end: wide };
    const runs = new Map<string, number>();
    const tasker = await start(db, {
      templates: [graphOf(parents)],
      handlers: { do: ({ stepName }) => void runs.set(stepName, (runs.get(stepName) ?? 0) + 1) },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    expect(runs.size).toBe(2_002);
    expect(new Set(runs.values())).toEqual(new Set([1]));
  });

  it.each<[string, (tasker: Awaited<ReturnType<typeof start>>, taskId: string) => Promise<unknown>, boolean]>([
    ['resolved by hand', (tasker, id) => tasker.resolveStep(id, 'parent', 1), true],
    ['skipped', (tasker, id) => tasker.skipStep(id, 'parent'), true],
    ['cancelled', (tasker, id) => tasker.cancelStep(id, 'parent'), false],
    ['left in error', () => Promise.resolve(), false],
  ])('a step whose parent was %s starts, or does not (CORE-29)', async (_, act, starts) => {
    const { db } = await kind.fresh();
    const other = gate();
    const began: string[] = [];
    const tasker = await start(db, {
      templates: [
        graphOf({ parent: [], other: [], child: ['parent', 'other'] }, { every: { retry: { max_attempts: 1 } } }),
      ],
      handlers: {
        async do({ stepName }) {
          began.push(stepName);
          if (stepName === 'parent') throw new Error('no');
          if (stepName === 'other') await other.opened;
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ name: 'graph', context: {} });
    await heard.until('step.failed', isStep(task.id, 'parent'));
    await act(tasker, task.id);
    expect(began.includes('child')).toBe(false);
    other.open();
    const { status } = await task.completed();
    expect([began.includes('child'), status === 'complete']).toEqual([starts, starts]);
  });

  it('a step is given the results of all that went before it, not only of its parents (TC-21)', async () => {
    const { db } = await kind.fresh();
    const given: unknown[] = [];
    const tasker = await start(db, {
      templates: [graphOf({ first: [], second: ['first'], third: ['second'], beside: [] })],
      handlers: {
        do({ stepName, dependencyResults }) {
          if (stepName === 'third') given.push(dependencyResults);
          return { is: stepName };
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    expect(given).toEqual([{ first: { is: 'first' }, second: { is: 'second' } }]);
  });

  it('a template without steps is refused: there is nothing that could be stuck (CORE-47, TC-150)', () => {
    expect(() => readTemplate({ name: 'empty', steps: [] })).toThrow(InvalidTemplate);
  });

  it('starting twice is harmless: what is there is found, what is new is added (CORE-62, CORE-98)', async () => {
    const { db } = await kind.fresh();
    const options = { database: db, templates: [graphOf(chainOf(2))], handlers: { do: () => 1 } };
    const one = await createTasker({ ...options, worker: { name: 'one' } });
    const rows = async () => {
      const count = (table: string) => `(select count(*)::int from tasker.${table}) as ${table}`;
      return db.query<object>({
        text: `select ${['template', 'revision', 'queue', 'namespace'].map(count).join(', ')}`,
      });
    };
    const before = await rows();
    const other = await createTasker({ ...options, worker: { name: 'other' } });
    expect(await rows()).toEqual(before);
    expect((await listWorkers(db)).map(({ name, state, handlers }) => ({ name, state, handlers }))).toEqual([
      { name: 'other', state: 'running', handlers: ['default/do'] },
      { name: 'one', state: 'running', handlers: ['default/do'] },
    ]);
    await one.stop();
    const task = await other.submit({ name: 'graph', context: {} });
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    await other.stop();
    expect((await listWorkers(db, { all: true })).map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  it('without any notification everything is done all the same, a little later (CORE-73, TC-97, TC-98)', async () => {
    const { db } = await kind.fresh();
    const deaf = intercept(db, (statement, run) =>
      statement.name?.startsWith('announce') ? Promise.reject(new Error('no notifications here')) : run(),
    );
    const silent = { ...deaf, listen: async () => async () => undefined };
    const submitting = await start(silent, { templates: [graphOf(chainOf(3))], worker: false });
    await start(silent, { worker: { pollMs: 20 }, handlers: { do: () => 1 } });
    const task = await submitting.submit({ name: 'graph', context: {} });
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    const other = await submitting.submit({ name: 'graph', context: {} });
    await submitting.cancelTask(other.id);
    expect(await other.completed()).toMatchObject({ status: expect.stringMatching(/^(cancelled|complete)$/) });
  });

  it('a worker serves the namespaces it is told to, and no backlog of others keeps it from that (CORE-137, TC-139)', async () => {
    const { db } = await kind.fresh();
    const template = (namespace: string) => graphOf(chainOf(1), { namespace });
    const idle = await start(db, { worker: false, templates: ['mail', 'billing'].map(template) });
    const mails = await idle.submitMany(
      Array.from({ length: 200 }, () => ({ namespace: 'mail', name: 'graph', context: {}, priority: 100 })),
    );
    const bill = await idle.submit({ namespace: 'billing', name: 'graph', context: {} });
    const worker = await start(db, { worker: { namespaces: ['billing'] }, handlers: { do: () => 'billed' } });
    expect(await bill.completed()).toMatchObject({ results: { s0: { result: 'billed' } } });
    expect(await findTask(db, mails[0]?.id ?? '')).toMatchObject({ state: 'pending' });
    await worker.stop();
    const steps = await findSteps(
      db,
      mails.map(({ id }) => id),
    );
    expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['pending']));
  });

  it('a step that nobody can run is passed over when an operator says so again', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [
        graphOf(
          { first: [], gone: ['first'], last: ['gone'] },
          { steps: { gone: { handler: { callable: 'nobody has it' }, skippable: true } } },
        ),
      ],
      handlers: { do: () => 1 },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ name: 'graph', context: {}, bypassSteps: ['gone'] });
    await heard.until('step.completed', isStep(task.id, 'first'));
    await tasker.skipStep(task.id, 'gone');
    expect(await task.completed()).toMatchObject({ status: 'complete' });
  });
});
