import { createTasker, defineTask } from '@tasker/engine';
import { createServer } from '@tasker/server';
import { expect, it, onTestFinished } from 'vitest';
import { databases } from '../../engine/test/servers/databases.ts';
import { createClient } from '../src/index.ts';

// What a stub says in place of the server is in the tests beside this one; here both ends are ours.
it.each(databases.slice(0, 1))(
  'a task is watched, and waited for, while it runs on a server, on $name',
  { timeout: 60_000 },
  async (kind) => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = defineTask({ namespace: 'shop', name: 'slow', version: '1.0.0' })
      .step('first', { run: () => ({}) })
      .step('second', { after: ['first'], run: () => released.then(() => ({ paid: 7 })) });
    const { db } = await kind.fresh();
    const tasker = await createTasker({ database: db, tasks: [slow] });
    onTestFinished(() => tasker.stop());
    const server = await createServer({ tasker, port: 0 });
    onTestFinished(() => server.stop());
    await server.start();
    const client = createClient({ url: server.url });
    const task = await client.submit({ namespace: 'shop', name: 'slow', context: {} });
    const outcome = task.completed({ timeoutMs: 50_000 });
    const kinds: string[] = [];
    for await (const { kind: what, step } of client.watch(task.task_id)) {
      kinds.push(`${what} ${step ?? ''}`.trim());
      if (what === 'attempt_started' && step === 'second') release();
    }
    expect(kinds).toEqual([
      'submitted',
      'attempt_started first',
      'attempt_complete first',
      'attempt_started second',
      'attempt_complete second',
      'task_complete',
    ]);
    expect(await outcome).toMatchObject({ status: 'complete', results: { second: { paid: 7 } } });
  },
);
