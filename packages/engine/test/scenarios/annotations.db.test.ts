import { describe, expect, it } from 'vitest';
import { defineTask, jsonSchema } from '../../src/define.ts';
import {
  type Database,
  findAnnotatedTasks,
  findAnnotations,
  findMappedObjects,
  findTask,
  InvalidOptions,
  InvalidRequest,
  mapObjects,
  PermanentError,
  TaskNotFound,
} from '../../src/index.ts';
import { parseJson } from '../../src/json/parse.ts';
import { dropHistory } from '../../src/upkeep/drop-history.ts';
import { describeEachDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { gate, untilAborted } from './signals.ts';
import { start } from './start.ts';

const request = { name: 'graph', context: {} };
const nowhere = '00000000-0000-7000-8000-000000000000';

describeEachDatabase((kind) => {
  const shop = async () => {
    const { db } = await kind.fresh();
    return { db, tasker: await start(db, { worker: false, templates: [graphOf(chainOf(1))] }) };
  };

  it('CORE-11, CORE-100: an annotation is there once, as it was written last', async () => {
    const { db, tasker } = await shop();
    const { id } = await tasker.submit(request);
    for (const level of [1, 2, 3]) await tasker.annotate(id, 'risk', { level });
    await tasker.annotate(id, 'a note', 'text');
    expect(await findAnnotations(db, id)).toMatchObject([
      { name: 'a note', value: 'text' },
      { name: 'risk', value: { level: 3 } },
    ]);
  });

  it('CORE-11: tasks are found by name, key and value of their annotations, the newest first', async () => {
    const { db, tasker } = await shop();
    const ids: string[] = [];
    for (const value of [{ level: 1 }, { level: '1' }, { level: [1, 2] }, { other: 1 }, 'level', null]) {
      const { id } = await tasker.submit(request);
      await tasker.annotate(id, 'risk', value);
      ids.push(id);
    }
    const find = async (filter: object) =>
      (await findAnnotatedTasks(db, { name: 'risk', ...filter })).taskIds.map((id) => ids.indexOf(id));
    expect(await find({})).toEqual([5, 4, 3, 2, 1, 0]);
    expect(await find({ key: 'level', value: 1 })).toEqual([0]);
    expect(await find({ key: 'level', value: '1' })).toEqual([1]);
    expect(await find({ key: 'level', value: [2] })).toEqual([]);
    expect(await find({ key: 'other' })).toEqual([3]);
    expect(await find({ value: null })).toEqual([5]);
    expect(await find({ name: 'nothing' })).toEqual([]);
    const first = await findAnnotatedTasks(db, { name: 'risk' }, { limit: 4 });
    const rest = await findAnnotatedTasks(db, { name: 'risk' }, { limit: 4, cursor: first.nextCursor });
    expect([...first.taskIds, ...rest.taskIds]).toEqual(ids.toReversed());
    expect(rest.nextCursor).toBeUndefined();
  });

  it('CORE-11: hostile names, keys and values are text and nothing else', async () => {
    const { db, tasker } = await shop();
    const { id } = await tasker.submit(request);
    for (const hostile of [`'; drop table tasker.task; --`, '$1', '"\\', '{a,b}', '?|', '__proto__', 'ünï 🙂']) {
      const value = parseJson(`{${JSON.stringify(hostile)}: ${JSON.stringify(hostile)}}`);
      await tasker.annotate(id, hostile, value);
      const found = await findAnnotatedTasks(db, { name: hostile, key: hostile, value: hostile });
      expect(found.taskIds).toEqual([id]);
      expect((await findAnnotatedTasks(db, { name: hostile, key: hostile, value: 'other' })).taskIds).toEqual([]);
    }
    expect(await findTask(db, id)).toBeDefined();
  });

  it('CORE-11: what cannot be noted is refused with the reason', async () => {
    const { tasker } = await shop();
    const { id } = await tasker.submit(request);
    await expect(tasker.annotate(nowhere, 'risk', 1)).rejects.toThrow(TaskNotFound);
    await expect(tasker.annotate('x', 'risk', 1)).rejects.toThrow('`task_id` must be a UUID');
    for (const name of ['', 'x'.repeat(65), 'a\0b']) {
      await expect(tasker.annotate(id, name, 1)).rejects.toThrow('`name` must have 1 to 64 characters');
    }
    await expect(tasker.annotate(id, 'risk', { level: Number.NaN })).rejects.toThrow('`value.level`');
    await expect(tasker.annotate(id, 'risk', 'x'.repeat(70_000))).rejects.toThrow(InvalidRequest);
  });

  it('a task from before there was room for annotations can be annotated', async () => {
    const { db, tasker } = await shop();
    const { id } = await tasker.submit(request);
    await db.script(`do $$ declare p text; begin
      for p in select inhrelid::regclass::text from pg_inherits where inhparent = 'tasker.annotation'::regclass loop
        execute 'drop table ' || p;
      end loop; end $$`);
    await tasker.annotate(id, 'risk', 1);
    expect(await findAnnotations(db, id)).toMatchObject([{ name: 'risk', value: 1 }]);
  });

  it('CORE-12: annotations go with the history that they belong to', async () => {
    const { db, tasker } = await shop();
    const { id } = await tasker.submit(request);
    await tasker.annotate(id, 'risk', 1);
    await tasker.cancelTask(id);
    await db.script(`create or replace function tasker.now() returns timestamptz language sql volatile
                     as 'select clock_timestamp() + interval ''60 days'''`);
    expect(await dropHistory(db, 30)).toBeGreaterThan(0);
    expect(await findTask(db, id)).toBeUndefined();
    expect(await findAnnotations(db, id)).toEqual([]);
  });

  it('CORE-10: a pair of objects is known once and found from either side', async () => {
    const { db } = await kind.fresh();
    const [a, b] = [
      { system: 'shop', id: '1' },
      { system: 'Bank', id: '2' },
    ];
    const told = await Promise.all(Array.from({ length: 20 }, (_, i) => mapObjects(db, i % 2 ? a : b, i % 2 ? b : a)));
    expect(told.filter(Boolean)).toHaveLength(1);
    expect(await findMappedObjects(db, a)).toEqual([b]);
    expect(await findMappedObjects(db, b)).toEqual([a]);
    const c = { system: '🙂', id: '\uff5e' };
    expect([await mapObjects(db, a, c), await mapObjects(db, c, a)]).toEqual([true, false]);
    expect(await findMappedObjects(db, a)).toEqual([b, c]);
    expect(await findMappedObjects(db, { system: 'shop', id: '2' })).toEqual([]);
    await expect(mapObjects(db, a, a)).rejects.toThrow(InvalidRequest);
    await expect(mapObjects(db, a, { system: '', id: '1' })).rejects.toThrow('`system` must have 1 to 64');
  });

  describe('what a definition decides when its task is submitted', () => {
    const order = defineTask({
      name: 'order',
      input: jsonSchema<{ tier: string; express?: boolean }>({
        type: 'object',
        required: ['tier'],
        properties: { tier: { type: 'string' }, express: { type: 'boolean', default: false } },
      }),
    })
      .step('pay', { run: () => ({}), retry: { maxAttempts: 3, backoff: 'none' } })
      .step('mail', { after: ['pay'], run: () => ({}) });

    it('CORE-99: raises the priority and notes why, and is asked once (example 01, scenario 20)', async () => {
      const { db } = await kind.fresh();
      const asked: unknown[] = [];
      const premium = order.onSubmit((input) => {
        asked.push(input);
        if (input.tier !== 'premium') return undefined;
        return { priority: 50, annotations: { premium_processing: { priority: 'high' } } };
      });
      const tasker = await start(db, { tasks: [premium] });
      const high = await tasker.submit(premium, { tier: 'premium' });
      const plain = await tasker.submit(premium, { tier: 'standard' });
      const told = await tasker.submit(premium, { tier: 'premium' }, { priority: -5 });
      for (const task of [high, plain, told]) {
        expect(await task.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
      }
      const priorities = [high, plain, told].map(async ({ id }) => (await findTask(db, id))?.priority);
      expect(await Promise.all(priorities)).toEqual([50, 0, -5]);
      // with the defaults of the schema, and not again when a step runs
      expect(asked).toEqual([
        { tier: 'premium', express: false },
        { tier: 'standard', express: false },
        { tier: 'premium', express: false },
      ]);
      const found = await findAnnotatedTasks(db, { name: 'premium_processing', key: 'priority', value: 'high' });
      expect(found.taskIds).toEqual([told.id, high.id]);
    });

    it('CORE-99: gives steps other limits, which count in every process (example 01, scenario 21)', async () => {
      const { db } = await kind.fresh();
      const attempts: string[] = [];
      const hurried = defineTask({ name: 'hurried' })
        .step('pay', {
          run({ context }) {
            attempts.push('pay');
            if (attempts.length === 1) throw new Error('network');
            return context.attempt;
          },
          retry: { maxAttempts: 3, backoff: 'none' },
        })
        .onSubmit((input) => (input['express'] === true ? { steps: { pay: { maxAttempts: 1 } } } : {}));
      const submitter = await start(db, { tasks: [hurried], worker: false });
      const express = await submitter.submit(hurried, { express: true });
      await start(db, { handlers: Object.fromEntries(hurried.handlers) });
      expect(await express.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'error' });
      expect(attempts).toHaveLength(1);
      attempts.length = 0;
      const patient = await submitter.submit(hurried, {});
      expect(await patient.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
      expect(attempts).toHaveLength(2);
    });

    it('CORE-99: a step that is retried by hand has the attempts again that its submission gave it', async () => {
      const { db } = await kind.fresh();
      const attempts: number[] = [];
      const hurried = defineTask({ name: 'hurried' })
        .step('pay', {
          run({ context }) {
            attempts.push(context.attempt);
            expect(context.isLastRetry()).toBe(attempts.length % 2 === 0);
            throw new Error('network');
          },
          retry: { maxAttempts: 3, backoff: 'none' },
        })
        .onSubmit(() => ({ steps: { pay: { maxAttempts: 2 } } }));
      const tasker = await start(db, { tasks: [hurried] });
      const { id } = await tasker.submit(hurried, {});
      for (const known of [
        [1, 2],
        [1, 2, 3, 4],
        [1, 2, 3, 4, 5, 6],
      ]) {
        expect(await tasker.task(id).completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'error' });
        expect(attempts).toEqual(known);
        if (known.length < 6) await tasker.retryTask(id);
      }
    });

    it('CORE-99: gives a step another timeout', async () => {
      const { db } = await kind.fresh();
      const over = gate<unknown>();
      const slow = defineTask({ name: 'slow' })
        .step('wait', {
          retry: { retryable: false },
          run: ({ context }) =>
            untilAborted(context.signal).catch((error: unknown) => {
              over.open(error);
              throw new PermanentError('given up');
            }),
        })
        .onSubmit(() => ({ steps: { wait: { timeoutSeconds: 0.05 } } }));
      const tasker = await start(db, { tasks: [slow] });
      const task = await tasker.submit(slow, {});
      expect(await over.opened).toMatchObject({ message: 'the attempt took longer than 50 ms' });
      expect(await task.completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'error' });
    });

    it('CORE-99: refuses what cannot be, and writes nothing', async () => {
      const { db } = await kind.fresh();
      const answers = [
        { priority: 101 },
        { steps: { missing: { maxAttempts: 1 } } },
        { steps: { pay: { maxAttempts: 0 } } },
        { steps: { pay: { timeoutSeconds: 0 } } },
        { prioritty: 1 },
        Promise.resolve({}),
      ];
      let answer: object = {};
      const odd = order.onSubmit(() => answer);
      const tasker = await start(db, { tasks: [odd], worker: false });
      for (answer of answers) {
        await expect(tasker.submit(odd, { tier: 'x' })).rejects.toThrow(InvalidOptions);
        await expect(tasker.submit(odd, { tier: 'x' })).rejects.toThrow('onSubmit of default/order@0.1.0: ');
      }
      expect(await countOf(db, 'task')).toBe(0);
    });

    it('is not written for a task that was submitted before', async () => {
      const { db } = await kind.fresh();
      let asked = 0;
      const counting = order.onSubmit(() => ({
        annotations: { asked: (asked += 1) },
        steps: { mail: { maxAttempts: asked } },
      }));
      const tasker = await start(db, { tasks: [counting], worker: false });
      const first = await tasker.submit(counting, { tier: 'x' }, { idempotencyKey: 'one' });
      const again = await tasker.submit(counting, { tier: 'x' }, { idempotencyKey: 'one' });
      expect([again.replayed, again.id]).toEqual([true, first.id]);
      expect(await findAnnotations(db, first.id)).toMatchObject([{ name: 'asked', value: 1 }]);
      expect([await countOf(db, 'annotation'), await countOf(db, 'step_edit')]).toEqual([1, 1]);
    });
  });
});

async function countOf(db: Database, table: string): Promise<number> {
  const [row] = await db.query<{ rows: number }>({ text: `select count(*)::int as rows from tasker.${table}` });
  return row?.rows ?? 0;
}
