import { expect, it } from 'vitest';
import { findSteps, type Tasker } from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { graphOf } from './graph-of.ts';
import { gate, listen } from './signals.ts';
import { start } from './start.ts';

describeOneDatabase((kind) => {
  it('a step that is cancelled before it is reached never runs, nor does what depends on it; the rest does (CORE-48)', async () => {
    const { db } = await kind.fresh();
    const first = gate();
    const ran: string[] = [];
    const tasker = await start(db, {
      templates: [
        graphOf({ first: [], taken: ['first'], below: ['taken'], beside: ['first'], join: ['taken', 'beside'] }),
      ],
      handlers: {
        async do({ stepName }) {
          ran.push(stepName);
          if (stepName === 'first') await first.opened;
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    await listen(tasker).until('step.execution_requested');
    await tasker.cancelStep(task.id, 'taken');
    first.open();
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'cancelled' });
    expect(ran).toEqual(['first', 'beside']);
    expect(await statesOf(tasker, task.id)).toEqual({
      first: 'complete',
      taken: 'cancelled',
      below: 'cancelled',
      beside: 'complete',
      join: 'cancelled',
    });
  });

  it('what runs before a cancelled step is let finish, though the task can no longer complete', async () => {
    const { db } = await kind.fresh();
    const first = gate();
    const tasker = await start(db, {
      templates: [graphOf({ first: [], last: ['first'] })],
      handlers: { do: () => first.opened },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    await listen(tasker).until('step.execution_requested');
    expect(await tasker.cancelStep(task.id, 'last')).toMatchObject({ status: 'in_progress' });
    first.open();
    expect(await task.completed({ timeoutMs: 10_000 })).toMatchObject({ status: 'cancelled' });
    expect(await statesOf(tasker, task.id)).toEqual({ first: 'complete', last: 'cancelled' });
  });
});

async function statesOf({ db }: Tasker, taskId: string): Promise<Record<string, string>> {
  return Object.fromEntries((await findSteps(db, [taskId])).map(({ name, state }) => [name, state]));
}
