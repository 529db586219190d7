import type { TaskerEvent } from '@tasker/contract';
import { expect, it } from 'vitest';
import { defineTask } from '../../src/define.ts';
import {
  type Database,
  diffTemplates,
  findTask,
  findTemplate,
  InvalidOptions,
  listDependentSystems,
  listTemplateNames,
  listTemplates,
  registryHealth,
  registryStatistics,
  TemplateConflict,
  TemplateNotFound,
} from '../../src/index.ts';
import { createPlanStore } from '../../src/lifecycle/1-template/plan-store.ts';
import { sketchTemplate } from '../by-hand/template.ts';
import { describeEachDatabase, describeOneDatabase } from '../servers/databases.ts';
import { intercept } from './intercept.ts';
import { createLog, start } from './start.ts';

const version = (name: string, number: string, maxAttempts = 3) =>
  sketchTemplate({ only: { retry: { max_attempts: maxAttempts } } }, { namespace: 'shop', name, version: number });

describeEachDatabase((kind) => {
  it('CORE-03, CORE-112: keeps namespace, name and version apart, and names what differs in a conflict', async () => {
    const tasker = await start((await kind.fresh()).db, { worker: false });
    await tasker.register(version('order', '1.0.0'));
    await tasker.register({ ...version('order', '1.0.0', 5), namespace_name: 'bank' });
    const again = await tasker.register(version('order', '1.0.0'));
    expect(again.revision).toBe(1);
    const conflict = tasker.register(version('order', '1.0.0', 5));
    await expect(conflict).rejects.toThrow(TemplateConflict);
    await expect(conflict).rejects.toThrow('(steps.only.retry.max_attempts)');
    expect((await tasker.register(version('order', '1.0.0', 5), { replace: true })).revision).toBe(2);
  });

  it('CORE-112: shows a template with its versions and the contents each has had', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    for (const number of ['1.9.0', '2.0.0-rc.1', '1.10.0']) await tasker.register(version('order', number));
    await tasker.register(version('order', '1.10.0', 5), { replace: true });
    await tasker.register(version('preview', '0.1.0-beta.2'));
    await tasker.register(version('preview', '0.1.0-beta.10'));

    const latest = await findTemplate(db, { namespace: 'shop', name: 'order' });
    expect(latest).toMatchObject({ version: '1.10.0', latest: '1.10.0', versions: ['1.10.0', '1.9.0', '2.0.0-rc.1'] });
    expect(latest?.revisions.map(({ revision }) => revision)).toEqual([2, 1]);
    expect(new Set(latest?.revisions.map(({ hash }) => hash)).size).toBe(2);
    expect(latest?.revisions[0]?.registeredAt).toBeInstanceOf(Date);
    const first = await findTemplate(db, { namespace: 'shop', name: 'order', version: '1.10.0', revision: 1 });
    if (first === undefined || latest === undefined) throw new Error('not found');
    expect(diffTemplates(first.document, latest.document)).toEqual([
      { path: 'steps.only.retry.max_attempts', kind: 'changed', before: 3, after: 5 },
    ]);
    expect(await findTemplate(db, { namespace: 'shop', name: 'preview' })).toMatchObject({ version: '0.1.0-beta.10' });
    for (const unknown of [{ name: 'order' }, { namespace: 'shop', name: 'order', version: '3.0.0' }]) {
      expect(await findTemplate(db, unknown)).toBeUndefined();
    }
    expect(await findTemplate(db, { namespace: 'shop', name: 'order', revision: 9 })).toBeUndefined();
  });

  it('CORE-02, TC-36: makes a namespace when it is first named, and refuses names that are too long', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    await tasker.register({ ...version('order', '1.0.0'), namespace_name: 'x'.repeat(64) });
    const refused = tasker.register({ ...version('order', '1.0.0'), namespace_name: 'x'.repeat(65) });
    await expect(refused).rejects.toThrow('namespace_name');
    expect((await registryStatistics(db)).byNamespace.map(({ namespace }) => namespace.length)).toEqual([7, 64]);
  });

  it('CORE-05: knows the systems that templates name, and tasks add none', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    const steps = { a: { system: 'bank' }, b: { system: 'bank' }, c: {} };
    await tasker.register(sketchTemplate({ old: { system: 'fax' } }, { name: 'order' }));
    await tasker.register(sketchTemplate(steps, { name: 'order' }), { replace: true });
    await tasker.register(sketchTemplate({ a: { system: 'bank' } }, { name: 'refund' }));
    const known = [
      { name: 'bank', versions: 2, steps: 3 },
      { name: 'unknown', versions: 1, steps: 1 },
    ];
    expect(await listDependentSystems(db)).toEqual(known);
    for (let i = 0; i < 2; i++) await tasker.submit({ name: 'order', context: {} });
    expect(await listDependentSystems(db)).toEqual(known);
  });

  it('CORE-115, CORE-120: counts namespaces, templates, versions and contents, and marks them', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    for (const number of ['1.0.0', '1.1.0']) await tasker.register(version('order', number));
    await tasker.register(version('order', '1.1.0', 9), { replace: true });
    await tasker.register({ ...version('order', '1.0.0'), namespace_name: 'bank' });
    expect(await registryStatistics(db)).toEqual({
      namespaces: 3,
      templates: 2,
      versions: 3,
      revisions: 4,
      byNamespace: [
        { namespace: 'bank', templates: 1, versions: 1, revisions: 1 },
        { namespace: 'default', templates: 0, versions: 0, revisions: 0 },
        { namespace: 'shop', templates: 1, versions: 2, revisions: 3 },
      ],
      utilization: 'low',
      distribution: 'uniform',
      efficiency: 0.7,
      recommendations: [],
    });
  });

  it('CORE-115: is well while what is due has a worker, and says what has none', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    await tasker.register(version('order', '1.0.0'));
    expect(await registryHealth(db)).toMatchObject({ healthy: true, unserved: [] });
    const task = await tasker.submit({ namespace: 'shop', name: 'order', context: {} });
    expect(await registryHealth(db)).toMatchObject({
      healthy: false,
      unserved: [{ namespace: 'shop', handler: 'only' }],
    });
    const worker = await start(db, { handlers: { only: () => ({}) } });
    await task.completed({ timeoutMs: 20_000 });
    expect(await registryHealth(worker.db)).toMatchObject({ healthy: true });
    const broken = intercept(db, () => Promise.reject(new Error('no database')));
    expect(await registryHealth(broken)).toEqual({ healthy: false, problem: 'no database' });
  });

  it('CORE-113: stores nothing of a registration that cannot be whole', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false, handlers: { charge: () => ({}) } });
    const clash = defineTask({ namespace: 'shop', name: 'order' }).step('a', { callable: 'charge', run: () => ({}) });
    await expect(tasker.register(clash)).rejects.toThrow(InvalidOptions);
    expect(await findTemplate(db, { namespace: 'shop', name: 'order' })).toBeUndefined();
    const dangling = sketchTemplate({ b: { after: ['missing'] } }, { namespace: 'shop', name: 'order' });
    await expect(tasker.register(dangling)).rejects.toThrow('missing');
    expect((await registryStatistics(db)).byNamespace.map(({ namespace }) => namespace)).toEqual(['default']);
  });

  it('CORE-113: stores nothing of a registration that breaks off half-way', async () => {
    const { db } = await kind.fresh();
    const broken = intercept(db, (statement, run) =>
      statement.text.includes('insert into tasker.revision_edge') ? Promise.reject(new Error('torn')) : run(),
    );
    const tasker = await start(broken, { worker: false });
    await expect(tasker.register(version('order', '1.0.0'))).rejects.toThrow('torn');
    expect((await registryStatistics(db)).byNamespace.map(({ namespace }) => namespace)).toEqual(['default']);
  });

  it('CORE-112, TC-37: a task keeps the version and the content that were the latest when it was submitted', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    const content = (greeting: string) =>
      sketchTemplate({ greet: { config: { greeting } } }, { namespace: 'shop', name: 'hello', version: '1.0.0' });
    await tasker.register(content('first'));
    const request = { namespace: 'shop', name: 'hello', context: {} };
    const early = await tasker.submit(request);
    await tasker.register(content('second'), { replace: true });
    const late = await tasker.submit(request);
    await tasker.register({ ...content('third'), version: '1.1.0' });
    const latest = await tasker.submit(request);

    await start(db, { handlers: { greet: (context) => ({ said: context.stepConfig['greeting'] ?? null }) } });
    const said = [];
    for (const task of [early, late, latest]) {
      const outcome = await task.completed({ timeoutMs: 20_000 });
      said.push([(await findTask(db, task.id))?.version, outcome.results['greet']]);
    }
    expect(said).toEqual([
      ['1.0.0', { said: 'first' }],
      ['1.0.0', { said: 'second' }],
      ['1.1.0', { said: 'third' }],
    ]);
  });

  it('leaves the tasks of content whose handler a worker lacks to workers that have it', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    const content = (handler: string) =>
      sketchTemplate({ only: { handler } }, { namespace: 'shop', name: 'order', version: '1.0.0' });
    await tasker.register(content('old_way'));
    const request = { namespace: 'shop', name: 'order', context: {} };
    const early = await tasker.submit(request);
    await tasker.register(content('new_way'), { replace: true });
    const late = await tasker.submit(request);

    await start(db, { handlers: { new_way: () => ({ by: 'new' }) } });
    expect((await late.completed({ timeoutMs: 20_000 })).results).toEqual({ only: { by: 'new' } });
    expect(await findTask(db, early.id)).toMatchObject({ state: 'pending' });
    await start(db, { handlers: { old_way: () => ({ by: 'old' }) } });
    expect((await early.completed({ timeoutMs: 20_000 })).results).toEqual({ only: { by: 'old' } });
  });

  it('CORE-117: logs each registration, and tells subscribers of what is new', async () => {
    const log = createLog();
    const tasker = await start((await kind.fresh()).db, { worker: false, logger: log });
    const events: TaskerEvent[] = [];
    tasker.on('*', (event) => void events.push(event));
    const one = await tasker.register(version('order', '1.0.0'));
    await tasker.register(version('order', '1.0.0'));
    const two = await tasker.register(version('order', '1.0.0', 5), { replace: true });
    const about = { namespace: 'shop', version: '1.0.0' };
    expect(events).toMatchObject([
      { event_type: 'template.registered', template_name: 'order', ...about, revision: 1, hash: one.plan.hash },
      { event_type: 'template.replaced', template_name: 'order', ...about, revision: 2, hash: two.plan.hash },
    ]);
    const lines = log.lines.filter(({ message }) => message.startsWith('template '));
    expect(lines).toMatchObject([
      { level: 'info', message: 'template registered', fields: { template: 'order', ...about, revision: 1 } },
      { level: 'debug', message: 'template unchanged', fields: { template: 'order', ...about, revision: 1 } },
      { level: 'info', message: 'template replaced', fields: { template: 'order', ...about, revision: 2 } },
    ]);
  });

  it('CORE-117, CORE-118: logs handlers and subscriptions that are registered, and tells subscribers of them', async () => {
    const log = createLog();
    const tasker = await start((await kind.fresh()).db, { worker: false, logger: log });
    const events: TaskerEvent[] = [];
    tasker.on('*', (event) => void events.push(event));
    const handle = () => ({});
    await tasker.registerHandlers({ charge: handle });
    await tasker.registerHandlers({ charge: handle });
    await tasker.registerHandlers({ charge: () => ({}) }, { replace: true });
    tasker.on('task.*', () => undefined, { name: 'mailer' });
    tasker.on('task.failed', () => undefined, { name: 'mailer', replace: true });
    expect(tasker.subscriptions('task.failed')).toMatchObject([{ pattern: '*' }, { name: 'mailer' }]);
    expect([tasker.off('mailer'), tasker.off('mailer')]).toEqual([true, false]);
    expect(tasker.subscriptionStatistics()).toMatchObject({ subscriptions: 1, delivered: 5, failed: 0 });
    expect(events).toMatchObject([
      { event_type: 'handler.registered', callable: 'charge' },
      { event_type: 'handler.replaced', callable: 'charge' },
      { event_type: 'subscriber.registered', subscriber: 'mailer', subscribed_to: 'task.*' },
      { event_type: 'subscriber.replaced', subscriber: 'mailer', subscribed_to: 'task.failed' },
      { event_type: 'subscriber.unregistered', subscriber: 'mailer', subscribed_to: 'task.failed' },
    ]);
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(5);
    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'debug handler registered',
      'info handler replaced',
      'info subscriber registered',
      'info subscriber replaced',
      'info subscriber unregistered',
    ]);
  });

  it('CORE-114, CORE-136: one template registered fifty times at once is there once', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    const all = await Promise.all(Array.from({ length: 50 }, () => tasker.register(version('order', '1.0.0'))));
    expect(new Set(all.map(({ revisionId }) => revisionId)).size).toBe(1);
    const names = Array.from({ length: 20 }, (_, i) => `t${i % 10}`);
    await Promise.all(names.map((name) => tasker.register(version(name, '1.0.0'))));
    expect(await registryStatistics(db)).toMatchObject({ namespaces: 2, templates: 11, versions: 11, revisions: 11 });
  });

  it('CORE-114: two contents at once for one new version: one is registered, the other refused', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { worker: false });
    const answers = await Promise.allSettled(
      [1, 2, 3, 4].map((limit) => tasker.register(version('order', '1.0.0', limit))),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(TemplateConflict);
    }
    expect((await registryStatistics(db)).revisions).toBe(1);
  });
});

describeOneDatabase((kind) => {
  it('stores a template of a thousand steps in as many statements as one of a single step', async () => {
    const { db } = await kind.fresh();
    const count = async (steps: number) => {
      let statements = 0;
      const counted = intercept(db, (_, run) => {
        statements += 1;
        return run();
      });
      const tasker = await start(counted, { worker: false, upkeep: false });
      const sketch = Object.fromEntries(
        Array.from({ length: steps }, (_, i) => [`s${i}`, { after: i === 0 ? [] : [`s${i - 1}`] }]),
      );
      statements = 0;
      await tasker.register(sketchTemplate(sketch, { name: `steps_${steps}` }));
      const registering = statements;
      await tasker.stop();
      return registering;
    };
    const one = await count(1);
    expect(one).toBeLessThanOrEqual(8);
    expect(await count(1000)).toBe(one);
  });

  it('CORE-115, TC-105: reads ten thousand templates off an index, a page at a time', async () => {
    const { db } = await kind.fresh();
    await fill(db);
    const first = await listTemplateNames(db, 'busy', { limit: 20 });
    expect(first.templates[0]).toEqual({
      namespace: 'busy',
      name: 't00001',
      latest: '1.10.0',
      versions: ['1.10.0', '1.9.0', '2.0.0-rc.1'],
    });
    const second = await listTemplateNames(db, 'busy', { limit: 20, after: first.nextAfter });
    expect(second.templates.map(({ name }) => name).slice(0, 2)).toEqual(['t00021', 't00022']);
    const last = await listTemplateNames(db, 'busy', { after: 't09990', limit: 20 });
    expect([last.templates.length, last.nextAfter]).toEqual([10, undefined]);
    expect((await listTemplateNames(db, 'nobody')).templates).toEqual([]);
    expect(await scansWhole(db, () => listTemplateNames(db, 'busy', { after: 't05000', limit: 20 }))).toEqual([]);
    expect(await scansWhole(db, () => findTemplate(db, { namespace: 'busy', name: 't05000' }))).toEqual([]);
    const missing = () =>
      createPlanStore(db)
        .find('busy', 't05000', '9.9.9')
        .catch((error: unknown) => error);
    expect(await missing()).toBeInstanceOf(TemplateNotFound);
    expect(await scansWhole(db, missing)).toEqual([]);
    const after = { namespace: 'busy', name: 't05000', version: '1.10.0' };
    const page = await listTemplates(db, {}, { after, limit: 3 });
    expect(page.templates.map(({ name, version }) => `${name}@${version}`)).toEqual([
      't05000@1.9.0',
      't05000@2.0.0-rc.1',
      't05001@1.10.0',
    ]);
    expect(await scansWhole(db, () => listTemplates(db, {}, { after, limit: 100 }))).toEqual([]);
    expect(await scansWhole(db, () => listTemplates(db, { namespace: 'busy', name: 't05000' }))).toEqual([]);
    // what it would look like otherwise
    const all = { text: 'select name from tasker.template order by version' };
    expect(await scansWhole(db, () => db.query(all))).toContain('template');
  });
});

/** Ten thousand templates of three versions each, without content. */
async function fill(db: Database): Promise<void> {
  await db.script(`
    insert into tasker.namespace (name) values ('busy');
    insert into tasker.template (namespace_id, name, version)
      select n.id, 't' || lpad(i::text, 5, '0'), v
        from tasker.namespace n, generate_series(1, 10000) i, unnest(array['1.9.0', '2.0.0-rc.1', '1.10.0']) v
       where n.name = 'busy';
    insert into tasker.revision (template_id, number, hash, document, created_at)
      select m.id, 1, repeat('0', 64), '{}', tasker.now() from tasker.template m;
    analyze;
  `);
}

/** Rows of templates and revisions that were read by going through the whole table. */
async function scansWhole(db: Database, work: () => Promise<unknown>): Promise<string[]> {
  const read = async () => {
    await db.query({ text: 'select pg_stat_force_next_flush(), pg_stat_clear_snapshot()' });
    return db.query<{ table: string; rows: number }>({
      text: `select relname as table, seq_tup_read::int as rows from pg_stat_user_tables
              where schemaname = 'tasker' and relname in ('template', 'revision')`,
    });
  };
  const before = await read();
  await work();
  const after = await read();
  return after.flatMap(({ table, rows }) => (rows > (before.find((b) => b.table === table)?.rows ?? 0) ? [table] : []));
}
