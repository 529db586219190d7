import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { defineTask, type SubmissionDecision } from '../../src/define.ts';
import {
  type Database,
  explain,
  findSteps,
  findTask,
  findTemplate,
  InvalidOptions,
  listTasks,
  listTemplates,
  registryStatistics,
  type Tasker,
  TooManyGraphs,
  taskDetail,
} from '../../src/index.ts';
import { dropGraphs } from '../../src/upkeep/drop-graphs.ts';
import { dropHistory } from '../../src/upkeep/drop-history.ts';
import { describeEachDatabase } from '../servers/databases.ts';
import { gate } from './signals.ts';
import { start } from './start.ts';

interface Parcels {
  readonly parcels: readonly string[];
}

/** An order that is shipped in as many parcels as its context says, all of them before the customer is told. */
function shopOf(ran: string[] = []) {
  return defineTask({ name: 'order' })
    .step('pack', { run: ({ context }) => ran.push(context.stepName) })
    .step('ship', {
      after: ['pack'],
      skippable: true,
      timeoutSeconds: 7,
      retry: { maxAttempts: 2, backoff: 'none' },
      config: { carrier: 'snail', parcel: -1 },
      run({ context }) {
        ran.push(context.stepName);
        return { config: context.stepConfig, attempts: context.maxAttempts };
      },
    })
    .step('tell', {
      after: ['ship'],
      run({ context }) {
        ran.push(context.stepName);
        return context.getAllDependencyResults('ship_').length;
      },
    });
}

type Decision = SubmissionDecision<'pack' | 'ship' | 'tell'>;

const inParcels = ({ parcels }: Parcels): Decision => ({
  skip: ['ship'],
  add: Object.fromEntries(parcels.map((_, i) => [`ship_${i}`, { like: 'ship', config: { parcel: i } }])),
  after: { tell: parcels.map((_, i) => `ship_${i}`) },
});

describeEachDatabase((kind) => {
  const shipped = (ran: string[] = []) => shopOf(ran).onSubmit((input) => inParcels(parcelsOf(input)));

  it('CORE-99: steps are added from the context, and the rest waits for them', async () => {
    const { db } = await kind.fresh();
    const ran: string[] = [];
    const order = shipped(ran);
    const tasker = await start(db, { tasks: [order] });
    const task = await tasker.submit(order, { parcels: ['a', 'b', 'c'] });
    const outcome = await task.completed({ timeoutMs: 20_000 });
    expect(outcome).toMatchObject({
      status: 'complete',
      results: {
        tell: 3,
        ship_1: { config: { carrier: 'snail', parcel: 1 }, attempts: 2 },
      },
    });
    expect([ran[0], ran.slice(1, -1).toSorted(), ran.at(-1)]).toEqual(['pack', ['ship_0', 'ship_1', 'ship_2'], 'tell']);
    const plain = await tasker.submit(order, { parcels: [] });
    expect(await plain.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete', results: { tell: 0 } });
    expect((await findSteps(db, [plain.id])).map(({ name }) => name)).toEqual(['pack', 'ship', 'tell']);
  });

  it('CORE-99: an added edge is respected, by workers that know nothing of the hook', async () => {
    const { db } = await kind.fresh();
    const ran: string[] = [];
    const first = gate();
    const shape = defineTask({ name: 'shape' })
      .step('a', {
        run: async () => {
          await first.opened;
          ran.push('a');
        },
      })
      .step('b', { run: () => ran.push('b') });
    const hooked = shape.onSubmit((input) => (input['ordered'] === true ? { after: { b: ['a'] } } : {}));
    const submitter = await start(db, { tasks: [hooked], worker: false });
    const ordered = await submitter.submit(hooked, { ordered: true });
    const loose = await submitter.submit(hooked, {});
    expect((await taskDetail(db, ordered.id))?.edges).toMatchObject([{ fromName: 'a', toName: 'b' }]);
    expect((await taskDetail(db, loose.id))?.edges).toEqual([]);
    expect(await explain(db, ordered.id, 'b')).toMatchObject([{ kind: 'unmet_parent' }]);
    const worker = await start(db, { handlers: Object.fromEntries(shape.handlers) });
    worker.on('step.completed', () => first.open());
    for (const task of [ordered, loose]) {
      expect(await task.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
    }
    expect(ran.toSorted()).toEqual(['a', 'a', 'b', 'b']);
    const [a, b] = await findSteps(db, [ordered.id]);
    expect(b?.startedAt?.getTime()).toBeGreaterThanOrEqual(a?.finishedAt?.getTime() ?? Number.NaN);
  });

  it('tasks with equal graphs share one, which no list of templates shows and no submission gets by name', async () => {
    const { db } = await kind.fresh();
    const order = shipped();
    const tasker = await start(db, { tasks: [order], worker: false });
    const other = await start(db, { tasks: [order], worker: false });
    const ids: string[] = [];
    for (const [by, count] of [
      [tasker, 2],
      [tasker, 2],
      [other, 2],
      [other, 3],
      [tasker, 0],
    ] as const) {
      ids.push((await by.submit(order, { parcels: Array.from({ length: count }, String) })).id);
    }
    expect(await revisionsOf(db)).toEqual([
      { number: 1, derived: false, tasks: 1 },
      { number: 1, derived: true, tasks: 3 },
      { number: 1, derived: true, tasks: 1 },
    ]);
    expect((await listTemplates(db)).templates).toMatchObject([{ revision: 1, document: order.document }]);
    expect(await findTemplate(db, { name: 'order' })).toMatchObject({ revisions: [{ revision: 1 }] });
    expect(await registryStatistics(db)).toMatchObject({ revisions: 1 });
    const listed = await listTasks(db, { name: 'order' });
    expect(listed.tasks.map(({ taskId }) => taskId).toSorted()).toEqual(ids.toSorted());
    const changed = order.step('more', { after: ['tell'], run: () => 1 });
    expect(await tasker.register(changed, { replace: true })).toMatchObject({ revision: 2 });
    expect(await findTask(db, ids[0] ?? '')).toMatchObject({ revision: 1 });
    const plain = await tasker.submit(changed, {});
    expect(await findSteps(db, [plain.id])).toHaveLength(4);
  });

  it('an operator retries, skips and cancels in the graph of the task', async () => {
    const { db } = await kind.fresh();
    const order = shipped();
    const tasker = await start(db, { tasks: [order], worker: false });
    const { id } = await tasker.submit(order, { parcels: ['a', 'b'] });
    await tasker.resolveStep(id, 'pack', {});
    await tasker.skipStep(id, 'ship_0');
    await tasker.cancelStep(id, 'ship_1');
    await start(db, { handlers: Object.fromEntries(order.handlers) });
    expect(await tasker.task(id).completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'cancelled' });
    expect(Object.fromEntries((await findSteps(db, [id])).map(({ name, state }) => [name, state]))).toEqual({
      pack: 'resolved_manually',
      ship: 'skipped',
      ship_0: 'skipped',
      ship_1: 'cancelled',
      tell: 'cancelled',
    });
  });

  it('a step may be added with a handler that the template does not name, and a worker takes it up', async () => {
    const { db } = await kind.fresh();
    const order = shopOf().onSubmit(() => ({
      add: { audit: { handler: 'books.audit', after: ['tell'], retry: { maxAttempts: 1 }, timeoutSeconds: 3 } },
    }));
    const audited = gate<number>();
    const tasker = await start(db, {
      tasks: [order],
      handlers: { 'books.audit': (context: { maxAttempts: number }) => audited.open(context.maxAttempts) },
    });
    const task = await tasker.submit(order, {});
    expect(await task.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
    expect(await audited.opened).toBe(1);
  });

  it('CORE-99: refuses graphs that cannot be, and writes nothing', async () => {
    const { db } = await kind.fresh();
    let decision: Decision = {};
    const order = shopOf().onSubmit(() => decision);
    const tasker = await start(db, { tasks: [order], worker: false });
    const refusals: readonly (readonly [Decision, string])[] = [
      [{ after: { pack: ['tell'] } }, 'These steps wait for each other: '],
      [{ after: { pack: ['pack'] } }, 'pack.dependencies[0]: Step `pack` depends on itself.'],
      [{ after: { pack: ['none'] } }, 'Step `pack` depends on `none`, which does not exist.'],
      [{ after: Object.fromEntries([['none', ['pack']]]) }, 'after: This names `none`, which is no step.'],
      [{ add: { pack: { like: 'ship' } } }, 'add.pack: The template has a step of that name.'],
      [{ add: { more: {} } }, 'add.more: An added step needs either `like` or `handler`.'],
      [{ add: { more: { like: 'ship', handler: 'x' } } }, 'add.more: An added step needs either'],
      [{ add: { more: Object.fromEntries([['like', 'none']]) } }, 'It is to be like `none`, which the template'],
      [{ add: { more: { like: 'ship', timeoutSeconds: -1 } } }, 'more.timeout_seconds'],
      [{ add: { more: { like: 'ship', retry: { maxAttempts: 100_000 } } } }, 'more.retry.max_attempts'],
      [{ add: { '': { like: 'ship' } } }, '.name'],
      [{ skip: ['pack'] }, '`pack` is not skippable.'],
      [Object.fromEntries([['skip', ['none']]]), 'there is no step `none`.'],
    ];
    for (const [answer, message] of refusals) {
      decision = answer;
      const refusal: unknown = await tasker.submit(order, {}).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(InvalidOptions);
      expect(String(refusal)).toContain(`onSubmit of default/order@0.1.0: `);
      expect(String(refusal)).toContain(message);
    }
    const throwing = shopOf().onSubmit(() => {
      throw new Error('no idea');
    });
    await expect(tasker.submit(throwing, {})).rejects.toThrow('onSubmit of default/order@0.1.0: it threw: no idea');
    expect(await revisionsOf(db)).toEqual([{ number: 1, derived: false, tasks: 0 }]);
  });

  it('keeps no more graphs than it was told, and says what to do about it', async () => {
    const { db } = await kind.fresh();
    const order = shipped();
    const tasker = await start(db, { tasks: [order], worker: false, graphsPerTemplate: 2 });
    for (const count of [1, 2, 1]) await submitParcels(tasker, count);
    await expect(submitParcels(tasker, 3)).rejects.toThrow(TooManyGraphs);
    await expect(submitParcels(tasker, 3)).rejects.toThrow('2 different graphs of their own');
    await submitParcels(tasker, 2);
    await expect(start(db, { graphsPerTemplate: 0 })).rejects.toThrow('graphsPerTemplate must be a whole number');
  });

  it('a graph goes with the last task that has it, and comes back for the next', async () => {
    const { db } = await kind.fresh();
    const order = shipped();
    const tasker = await start(db, { tasks: [order], worker: false, upkeep: false });
    const kept = await submitParcels(tasker, 1);
    const gone = await submitParcels(tasker, 2);
    await tasker.cancelTask(gone);
    await db.script(`create or replace function tasker.now() returns timestamptz language sql volatile
                     as 'select clock_timestamp() + interval ''60 days'''`);
    await dropGraphs(db);
    expect(await revisionsOf(db)).toHaveLength(3);
    await tasker.cancelTask(kept);
    await dropHistory(db, 30);
    await dropGraphs(db);
    expect(await revisionsOf(db)).toEqual([{ number: 1, derived: false, tasks: 0 }]);
    // this process still believes that the graph is there
    const again = await submitParcels(tasker, 2);
    const together = await tasker.submitMany([{ name: 'order', context: { parcels: ['a'] } }]);
    expect((await findSteps(db, [again])).map(({ name }) => name)).toEqual([
      'pack',
      'ship',
      'ship_0',
      'ship_1',
      'tell',
    ]);
    expect(await findSteps(db, [together[0]?.id ?? ''])).toHaveLength(4);
  });

  it('a graph that a submission is about to use is not dropped under it', async () => {
    // it takes two transactions at once
    if (!kind.concurrent) return;
    const { db, url } = await kind.fresh();
    const order = shipped();
    const tasker = await start(db, { tasks: [order], worker: false, upkeep: false });
    await tasker.cancelTask(await submitParcels(tasker, 2));
    await db.script(`update tasker.revision set created_at = created_at - interval '1 day';
                     update tasker.task set revision_id = 1`);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('begin');
    const task = await tasker.submit(order, { parcels: ['a', 'b'] }, { transaction: client });
    await dropGraphs(db);
    await client.query('commit');
    expect(await findSteps(db, [task.id])).toHaveLength(5);
  });

  it('the request that was submitted before is answered with its task, whatever the hook says now', async () => {
    const { db } = await kind.fresh();
    let count = 1;
    const order = shopOf().onSubmit(() => inParcels({ parcels: Array.from({ length: count }, String) }));
    const tasker = await start(db, { tasks: [order], worker: false });
    const first = await tasker.submit(order, {}, { idempotencyKey: 'one' });
    count = 3;
    const again = await tasker.submit(order, {}, { idempotencyKey: 'one' });
    expect([again.id, again.replayed]).toEqual([first.id, true]);
    expect(await findSteps(db, [first.id])).toHaveLength(4);
  });

  it('a process that submits by name asks the hook if it has registered the definition, and only then', async () => {
    const { db } = await kind.fresh();
    const order = shipped();
    const knowing = await start(db, { tasks: [order], worker: false });
    const unknowing = await start(db, { worker: false });
    const request = { name: 'order', context: { parcels: ['a', 'b'] } };
    const steps = async (tasker: Tasker) => (await findSteps(db, [(await tasker.submit(request)).id])).length;
    expect([await steps(knowing), await steps(unknowing)]).toEqual([5, 3]);
    // with the definition itself it need not be registered
    const { id } = await unknowing.submit(order, request.context);
    expect(await findSteps(db, [id])).toHaveLength(5);
  });
});

function parcelsOf(input: object): Parcels {
  const parcels: unknown = Reflect.get(input, 'parcels');
  return { parcels: Array.isArray(parcels) ? parcels.map(String) : [] };
}

async function submitParcels(tasker: Tasker, count: number): Promise<string> {
  const parcels = Array.from({ length: count }, String);
  return (await tasker.submit({ name: 'order', context: { parcels } })).id;
}

async function revisionsOf(db: Database) {
  return db.query({
    text: `select r.number, r.derived_from is not null as derived,
                  (select count(*)::int from tasker.task t where t.revision_id = r.id) as tasks
             from tasker.revision r order by r.id`,
  });
}
