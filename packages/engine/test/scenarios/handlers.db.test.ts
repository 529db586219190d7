import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  DecisionHandler,
  explain,
  findSteps,
  type HandlerResolver,
  loadTemplates,
  PermanentError,
  type StepContext,
  StepHandler,
  type Tasker,
  type TaskerOptions,
} from '../../src/index.ts';
import { describeEachDatabase, describeOneDatabase } from '../servers/databases.ts';
import { graphOf } from './graph-of.ts';
import { createLog, start } from './start.ts';

async function runGraph(tasker: Tasker, context = {}) {
  const task = await tasker.submit({ name: 'graph', context });
  const { status, results } = await task.completed({ timeoutMs: 30_000 });
  const steps = await findSteps(tasker.db, [task.id]);
  return { status, results, errorOf: (name: string) => steps.find((step) => step.name === name)?.error };
}

class Ledger extends StepHandler {
  static override readonly handlerName = 'Resolver::Ledger';

  validate(context: StepContext) {
    const amount = context.getInput('amount');
    if (typeof amount !== 'number') throw new PermanentError('`amount` is missing.', { errorCode: 'MISSING_AMOUNT' });
    return { invoked_method: 'validate', amount };
  }

  process(context: StepContext) {
    const amount = Number(context.getPreviousStepData('validate', 'amount'));
    return { invoked_method: 'process', processed_amount: amount * 1.1, processing_fee: amount * 0.1 };
  }

  call() {
    return { invoked_method: 'call' };
  }
}

const methods = graphOf(
  { validate: [], process: ['validate'], plain: ['process'] },
  {
    every: { handler: { callable: 'Resolver::Ledger' } },
    steps: {
      validate: { handler: { callable: 'Resolver::Ledger', method: 'validate' } },
      process: { handler: { callable: 'Resolver::Ledger', method: 'process' } },
    },
  },
);

describeEachDatabase((kind) => {
  describe('a template whose handlers are missing', () => {
    it('is registered, listed as not runnable, explained, and runs when they come', async () => {
      const { db } = await kind.fresh();
      const log = createLog();
      const template = graphOf(
        { first: [], second: ['first'] },
        { steps: { second: { handler: { callable: 'B::C' } } } },
      );
      const tasker = await start(db, { templates: [template], handlers: { other: () => 1 }, logger: log });
      expect(tasker.handlers()).toEqual([
        expect.objectContaining({ namespace: 'default', name: 'graph', runnable: false, missing: ['do', 'B::C'] }),
      ]);
      expect(log.lines.map(({ message }) => message)).toContain(
        'default/graph@1.0.0 cannot run in this process: no handler do, B::C',
      );

      const task = await tasker.submit({ name: 'graph', context: {} });
      const [reason] = await explain(db, task.id, 'first');
      expect(reason).toMatchObject({ kind: 'no_worker', detail: { handler: 'do' } });
      expect(reason?.reason).toContain('No live worker has the handler do');

      await tasker.registerHandlers({ do: () => ({ done: true }), 'B::C': () => ({ done: 'too' }) });
      expect(tasker.handlers()).toEqual([expect.objectContaining({ runnable: true, missing: [], problems: [] })]);
      expect(await task.completed({ timeoutMs: 30_000 })).toEqual({
        status: 'complete',
        results: { first: { done: true }, second: { done: 'too' } },
      });
    });
  });

  describe('one class with several methods', () => {
    it('TC-40: serves each step with the method that it names', async () => {
      const { db } = await kind.fresh();
      const tasker = await start(db, { templates: [methods], handlers: [Ledger] });
      const { status, results } = await runGraph(tasker, { amount: 100 });
      expect(status).toBe('complete');
      expect(results).toEqual({
        validate: { invoked_method: 'validate', amount: 100 },
        process: { invoked_method: 'process', processed_amount: 100 * 1.1, processing_fee: 10 },
        plain: { invoked_method: 'call' },
      });
    });
  });
});

describeOneDatabase((kind) => {
  async function startWith(options: Omit<TaskerOptions, 'database'>): Promise<Tasker> {
    const { db } = await kind.fresh();
    return start(db, options);
  }

  async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'tasker-handlers-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return folder;
  }

  describe('one class with several methods', () => {
    it('fails the step whose method refuses', async () => {
      const tasker = await startWith({ templates: [methods], handlers: [Ledger] });
      const { status, errorOf } = await runGraph(tasker);
      expect([status, errorOf('validate')]).toEqual(['error', expect.objectContaining({ code: 'MISSING_AMOUNT' })]);
    });

    it('TC-40: fails the step for good that names a method it does not have, and says so beforehand', async () => {
      const log = createLog();
      const handler = { callable: 'Resolver::Ledger', method: 'audit' };
      const tasker = await startWith({
        templates: [graphOf({ audit: [] }, { every: { handler } })],
        handlers: [Ledger],
        logger: log,
      });
      const message = 'Handler `Resolver::Ledger` has no method `audit`. It has: call, process, validate.';
      expect(tasker.handlers()).toEqual([
        expect.objectContaining({
          runnable: false,
          missing: [],
          problems: [{ step: 'audit', callable: 'Resolver::Ledger', code: 'METHOD_NOT_FOUND', message }],
        }),
      ]);
      expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message }));
      const { status, errorOf } = await runGraph(tasker);
      expect([status, errorOf('audit')]).toEqual(['error', expect.objectContaining({ code: 'METHOD_NOT_FOUND' })]);
    });
  });

  describe('a step that names a resolver', () => {
    const payments: HandlerResolver = {
      name: 'payments',
      priority: 20,
      canResolve: (callable) => callable.startsWith('payments:'),
      resolve(callable) {
        const [, provider, action] = callable.split(':');
        return () => ({ provider: provider ?? null, action: action ?? null });
      },
    };

    it('TC-38, TC-39: gets its handler from that one, others from the first that knows the callable', async () => {
      const callable = 'payments:stripe:refund';
      const tasker = await startWith({
        templates: [
          graphOf(
            { mapped: [], custom: [], chained: [] },
            {
              steps: {
                mapped: { handler: { callable, resolver: 'explicit_mapping' } },
                custom: { handler: { callable, resolver: 'payments' } },
                chained: { handler: { callable: 'payments:adyen:charge' } },
              },
            },
          ),
        ],
        handlers: { [callable]: () => ({ mapped: true }) },
        resolvers: [payments],
      });
      expect((await runGraph(tasker)).results).toEqual({
        mapped: { mapped: true },
        custom: { provider: 'stripe', action: 'refund' },
        chained: { provider: 'adyen', action: 'charge' },
      });
    });

    it('TC-39: fails for good when there is no such resolver', async () => {
      const tasker = await startWith({
        templates: [graphOf({ only: [] }, { every: { handler: { callable: 'do', resolver: 'nonsense' } } })],
        handlers: { do: () => 1 },
      });
      expect(tasker.handlers()[0]?.problems).toEqual([expect.objectContaining({ code: 'RESOLVER_NOT_FOUND' })]);
      const { status, errorOf } = await runGraph(tasker);
      expect([status, errorOf('only')]).toEqual(['error', expect.objectContaining({ code: 'RESOLVER_NOT_FOUND' })]);
    });
  });

  describe('handlers that modules export', () => {
    const callable = './charge.mjs#Charge';
    const template = graphOf({ charge: [] }, { every: { handler: { callable } } });
    const charge = 'export class Charge { call() { return { charged: true }; } }';

    it('run where the template was read from a file beside them', async () => {
      const folder = await folderWith({ 'charge.mjs': charge });
      const tasker = await startWith({ templates: [{ document: template, file: join(folder, 'order.yaml') }] });
      expect(tasker.handlers()[0]?.runnable).toBe(true);
      expect((await runGraph(tasker)).results).toEqual({ charge: { charged: true } });
    });

    it('CORE-98, TC-146: run for templates that are read from a folder when the program starts, which are registered once', async () => {
      const folder = await folderWith({
        'charge.mjs': charge,
        'one.yaml': 'name: one\nsteps: [{ name: charge, handler: { callable: ./charge.mjs#Charge } }]\n',
        'two.yaml': 'name: two\nsteps: [{ name: charge, handler: { callable: ./charge.mjs#Charge } }]\n',
      });
      const { templates, problems } = await loadTemplates([folder]);
      expect(problems).toEqual([]);
      const { db } = await kind.fresh();
      for (const _ of ['first', 'second']) {
        const tasker = await start(db, { templates });
        expect(tasker.handlers().map(({ name, runnable }) => [name, runnable])).toEqual([
          ['one', true],
          ['two', true],
        ]);
        const task = await tasker.submit({ name: 'two', context: {} });
        expect((await task.completed({ timeoutMs: 30_000 })).results).toEqual({ charge: { charged: true } });
        await tasker.stop();
      }
      const revisions = await db.query<{ count: number }>({ text: 'select count(*)::int from tasker.revision' });
      expect(revisions).toEqual([{ count: 2 }]);
    });

    it('run on a worker that was told their folder, though another process registered the template', async () => {
      const { db } = await kind.fresh();
      await start(db, { handlerModules: { folder: await folderWith({ 'charge.mjs': charge }) } });
      const door = await start(db, { worker: false });
      await door.register(template);
      expect((await runGraph(door)).results).toEqual({ charge: { charged: true } });
    });

    it('do not run where nobody allowed them, and the reason is listed', async () => {
      const tasker = await startWith({ templates: [template], handlers: { do: () => 1 } });
      expect(tasker.handlers()[0]).toMatchObject({
        runnable: false,
        missing: [callable],
        problems: [
          { message: expect.stringContaining('modules are imported only from the folder in `handlerModules`') },
        ],
      });
    });
  });

  describe('a handler that decides', () => {
    it('fails its step for good, as decisions are not run yet', async () => {
      class Route extends DecisionHandler {
        static override readonly handlerName = 'do';
        call() {
          return this.decisionSuccess('approve');
        }
      }
      const tasker = await startWith({ templates: [graphOf({ route: [] })], handlers: [Route] });
      const { status, errorOf } = await runGraph(tasker);
      expect(status).toBe('error');
      expect(errorOf('route')).toMatchObject({ message: 'Decisions are not run yet by this version.' });
    });
  });
});
