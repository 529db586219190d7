import { expect, it, onTestFinished } from 'vitest';
import { describeOneDatabase } from '../../../engine/test/servers/databases.ts';
import { startTasker } from '../../test/start.ts';
import { templateOf } from '../../test/template.ts';
import { followTask } from './follow-task.ts';
import { createServices } from './services.ts';

describeOneDatabase((kind) => {
  it('a task that ends while the first message is being taken is told to its end', async () => {
    const { db } = await kind.fresh();
    let letGo: () => void = () => undefined;
    const isWatched = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const tasker = await startTasker(db, {
      templates: [templateOf({ only: [] }, { name: 'slow', handler: 'wait' })],
      handlers: { wait: () => isWatched.then(() => ({})) },
    });
    const services = createServices({ tasker });
    onTestFinished(() => services.feed.stop());
    const task = await tasker.submit({ namespace: 'shapes', name: 'slow', context: {} });
    const follower = new AbortController();
    const request = { correlationId: 'c-1', principal: null };
    const stream = await followTask(services, { task_id: task.id }, request, follower.signal);
    const messages = stream[Symbol.asyncIterator]();
    expect((await messages.next()).value).not.toHaveProperty('event');
    letGo();
    await task.completed();
    const told: unknown[] = [];
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      told.push(next.value.event?.kind);
    }
    expect(told.at(-1)).toBe('task_complete');
  });
});
