import { describe, expect, it } from 'vitest';
import {
  type ApiConnection,
  ApiStepHandler,
  explain,
  filterSensitive,
  findSteps,
  RetryableError,
  resultPipeline,
  type StepContext,
  StepHandler,
  TransformingStepHandler,
  withMetrics,
} from '../../src/index.ts';
import { json, startService } from '../attempts/service.ts';
import { describeEachDatabase, describeOneDatabase } from '../servers/databases.ts';
import { graphOf } from './graph-of.ts';
import { isStep, listen } from './signals.ts';
import { start } from './start.ts';

/** A kind of handler of one's own: its work is done in the transaction that completes the step. */
abstract class DatabaseStepHandler extends StepHandler {
  abstract work(tx: Transaction, context: StepContext): Promise<object>;

  async call(context: StepContext): Promise<object> {
    return context.transaction((tx) => this.work(tx, context));
  }

  /** Many rows in few statements. */
  protected async insertAll(tx: Transaction, table: string, names: readonly string[], batchSize = 2): Promise<void> {
    for (let from = 0; from < names.length; from += batchSize) {
      await tx.query(`insert into ${table} (name) select unnest($1::text[])`, [names.slice(from, from + batchSize)]);
    }
  }
}

type Transaction = Parameters<Parameters<StepContext['transaction']>[0]>[0];

/** A kind of handler of one's own: it puts its work off while the machine has none to spare. */
abstract class ResourceAwareStepHandler extends StepHandler {
  protected abstract isUnderLoad(): boolean;
  protected abstract work(context: StepContext): object;

  call(context: StepContext): object {
    if (this.isUnderLoad())
      throw new RetryableError('The machine is busy.', { retryAfter: 0, errorCode: 'UNDER_LOAD' });
    return this.work(context);
  }
}

const orders = graphOf(
  { fetch: [], insert: ['fetch'] },
  { steps: { insert: { handler: { callable: 'insert' } } }, every: { retry: { backoff: 'none', max_attempts: 2 } } },
);

describeEachDatabase((kind) => {
  describe('a kind of handler that works in the database', () => {
    class InsertOrders extends DatabaseStepHandler {
      static override readonly handlerName = 'insert';
      attempts = 0;

      async work(tx: Transaction, context: StepContext): Promise<object> {
        this.attempts += 1;
        const names = context.getPreviousStepData('fetch', 'names');
        const texts = Array.isArray(names) ? names.map(String) : [];
        await this.insertAll(tx, 'public.orders', texts);
        if (this.attempts === 1) throw new RetryableError('Database operation failed.', { retryAfter: 0 });
        return { processed_count: texts.length };
      }
    }

    it('commits its rows with the completion of its step, once, though it was tried twice', async () => {
      const { db } = await kind.fresh();
      await db.script('create table public.orders (id int generated always as identity, name text not null)');
      const names = ['a', 'b', 'c', 'd', 'e'];
      const tasker = await start(db, {
        templates: [orders],
        handlers: { do: () => ({ names }), insert: InsertOrders },
      });
      const task = await tasker.submit({ name: 'graph', context: {} });
      expect(await task.completed({ timeoutMs: 30_000 })).toMatchObject({
        status: 'complete',
        results: { insert: { processed_count: 5 } },
      });
      const rows = await db.query<{ name: string }>({ text: 'select name from public.orders order by name' });
      expect(rows.map(({ name }) => name)).toEqual(names);
      const steps = await findSteps(db, [task.id]);
      expect(steps.find(({ name }) => name === 'insert')?.attempts).toBe(2);
    });
  });
});

describeOneDatabase((kind) => {
  async function startWith(handlers: Parameters<typeof start>[1]) {
    const { db } = await kind.fresh();
    const tasker = await start(db, { templates: [graphOf({ only: [] })], ...handlers });
    const heard = listen(tasker);
    const task = await tasker.submit({ name: 'graph', context: {} });
    const step = async () => (await findSteps(db, [task.id]))[0];
    return { db, tasker, task, heard, step };
  }

  describe('a kind of handler that looks at the machine first', () => {
    it('puts its work off until there is room', async () => {
      let load = 2;
      class Heavy extends ResourceAwareStepHandler {
        static override readonly handlerName = 'do';
        protected isUnderLoad(): boolean {
          load -= 1;
          return load >= 0;
        }
        protected work(context: StepContext): object {
          return { attempts: context.attempt };
        }
      }
      const { task, step } = await startWith({ handlers: [Heavy] });
      expect(await task.completed({ timeoutMs: 30_000 })).toMatchObject({ results: { only: { attempts: 3 } } });
      expect((await step())?.attempts).toBe(3);
    });
  });

  describe('a kind of handler that filters and measures its results', () => {
    it('has only that in the database', async () => {
      class Measured extends TransformingStepHandler {
        static override readonly handlerName = 'do';
        process(): object {
          return { user: 'Ada', api_key: 'secret', duration: 12 };
        }
        override processResults = resultPipeline(filterSensitive(), withMetrics({ execution_time: 'duration' }));
      }
      const { task, step } = await startWith({ handlers: [Measured] });
      await task.completed({ timeoutMs: 30_000 });
      expect((await step())?.result).toEqual({
        user: 'Ada',
        api_key: '[FILTERED]',
        duration: 12,
        performance_metrics: { execution_time: 12 },
      });
    });
  });

  describe('a handler that says what its results look like', () => {
    it('fails its step for good when one does not, whatever the template says', async () => {
      class Typed extends StepHandler {
        static override readonly handlerName = 'do';
        override resultSchema() {
          return { type: 'object', required: ['status'], properties: { status: { enum: ['success', 'partial'] } } };
        }
        call(): object {
          return { status: 'splendid' };
        }
      }
      const { task, step } = await startWith({ handlers: [Typed] });
      expect((await task.completed({ timeoutMs: 30_000 })).status).toBe('error');
      expect(await step()).toMatchObject({
        attempts: 1,
        failedForGood: true,
        error: {
          code: 'INVALID_RESULT',
          message: expect.stringContaining('status must be one of "success", "partial"'),
        },
      });
    });
  });

  describe('a handler that asks a service', () => {
    class Ask extends ApiStepHandler {
      static override readonly handlerName = 'do';
      process(_: StepContext, api: ApiConnection): unknown {
        return api.get('/orders');
      }
    }

    it('TC-45: is tried again when the service says, and explained until then', async () => {
      const { url } = await startService(json(503, {}, { 'retry-after': '120' }));
      const before = Date.now();
      const { db, task, heard, step } = await startWith({ handlers: { do: new Ask({ url }) } });
      const event = await heard.until('observability.step.backoff', isStep(task.id));
      expect(event).toMatchObject({ backoff_seconds: 120, backoff_type: 'server_requested' });
      const { nextAttemptAt, error } = (await step()) ?? {};
      expect(error).toMatchObject({ code: 'HTTP_503' });
      expect((nextAttemptAt?.getTime() ?? 0) - before).toBeGreaterThan(115_000);
      const reasons = await explain(db, task.id);
      expect(reasons).toEqual([expect.objectContaining({ kind: 'backoff', until: nextAttemptAt })]);
      expect(reasons[0]?.reason).toContain('HTTP_503');
    });

    it('TC-76: fails its step for good when the request is to blame', async () => {
      const { url } = await startService(json(404, { message: 'no such order' }));
      const { task, step } = await startWith({ handlers: { do: new Ask({ url }) } });
      expect((await task.completed({ timeoutMs: 30_000 })).status).toBe('error');
      expect(await step()).toMatchObject({
        attempts: 1,
        failedForGood: true,
        error: { code: 'RESOURCE_NOT_FOUND', context: { status: 404, body: { message: 'no such order' } } },
      });
    });

    it('lets go of the service when its task is cancelled', async () => {
      let hungUp: () => void = () => undefined;
      const gone = new Promise<void>((resolve) => {
        hungUp = resolve;
      });
      let asked: () => void = () => undefined;
      const isAsked = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const { url } = await startService((_, response) => {
        response.on('close', () => hungUp());
        asked();
      });
      const { tasker, task } = await startWith({ handlers: { do: new Ask({ url }) } });
      await isAsked;
      await tasker.cancelTask(task.id);
      await gone;
      expect((await task.completed({ timeoutMs: 30_000 })).status).toBe('cancelled');
    });
  });
});
