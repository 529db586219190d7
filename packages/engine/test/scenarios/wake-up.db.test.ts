import { expect, it } from 'vitest';
import { defineTask } from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { gate } from './signals.ts';
import { start } from './start.ts';

// Workers that poll once an hour: whatever they find sooner, something has told them.
const hourly = { pollMs: 3_600_000 };

describeOneDatabase((kind) => {
  it('a retry is begun when it is due, not when the next poll comes (CORE-64, CORE-81)', async () => {
    const { db } = await kind.fresh();
    let failures = 2;
    const template = graphOf({ only: [] }, { every: { retry: { backoff: 'linear', backoff_base_ms: 20, jitter: 0 } } });
    const tasker = await start(db, {
      templates: [template],
      worker: hourly,
      handlers: {
        do: () => {
          if (failures-- > 0) throw new Error('not yet');
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'complete' });
  });

  it('a retry that a longer one stands before is begun when it is due itself', async () => {
    const { db } = await kind.fresh();
    const failed = new Set<string>();
    const retry = (wait: number) => ({
      retry: { backoff: 'linear', backoff_base_ms: wait, max_backoff_ms: wait, jitter: 0 },
    });
    const tasker = await start(db, {
      templates: [graphOf({ late: [], soon: [] }, { steps: { late: retry(3_600_000), soon: retry(20) } })],
      worker: hourly,
      handlers: {
        do: ({ stepName }) => {
          if (failed.has(stepName)) return ended.open(stepName);
          failed.add(stepName);
          throw new Error('not yet');
        },
      },
    });
    const ended = gate<string>();
    await tasker.submit({ name: 'graph', context: {} });
    expect(await ended.opened).toBe('soon');
  });

  it('a step for another process’s handler is begun there at once', async () => {
    const { db } = await kind.fresh();
    const template = graphOf(
      { here: [], there: ['here'] },
      { steps: { there: { handler: { callable: 'elsewhere' } } } },
    );
    const one = await start(db, { templates: [template], worker: hourly, handlers: { do: () => 1 } });
    await start(db, { worker: hourly, handlers: { elsewhere: () => 2 } });
    const task = await one.submit({ name: 'graph', context: {} });
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'complete' });
  });

  it('a task is begun at once by a process that did not submit it', async () => {
    const { db } = await kind.fresh();
    const one = await start(db, { templates: [graphOf(chainOf(2))], worker: false });
    await start(db, { worker: hourly, handlers: { do: () => 1 } });
    const task = await one.submit({ name: 'graph', context: {} });
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'complete' });
  });

  it('what a stopping process hands back is begun elsewhere at once', async () => {
    const { db } = await kind.fresh();
    const held = gate();
    const handedBack: number[] = [];
    const one = await start(db, {
      templates: [graphOf({ only: [] })],
      worker: hourly,
      handlers: {
        do: ({ signal }) => {
          held.open();
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    });
    const task = await one.submit({ name: 'graph', context: {} });
    await held.opened;
    const other = await start(db, { worker: hourly, handlers: { do: ({ attempt }) => void handedBack.push(attempt) } });
    await one.stop({ abort: true });
    expect(await other.task(task.id).completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'complete' });
    expect(handedBack).toEqual([1]);
  });

  it('handlers that are registered while a worker runs are served at once', async () => {
    const { db } = await kind.fresh();
    const later = defineTask({ name: 'later' }).step('only', { run: () => 'done' });
    const one = await start(db, { templates: [later.document], worker: false });
    const other = await start(db, { worker: hourly, handlers: { unrelated: () => 1 } });
    const task = await one.submit({ name: 'later', context: {} });
    await other.register(later);
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'complete' });
  });

  it('the first handlers make a worker of a process that had none', async () => {
    const { db } = await kind.fresh();
    const later = defineTask({ name: 'later' }).step('only', { run: () => 'done' });
    const tasker = await start(db);
    await tasker.register(later);
    const task = await tasker.submit(later, {});
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'complete' });
  });
});
