import type { Database } from '@tasker/engine';
import { createTasker, taskHistory } from '@tasker/engine';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databases, describeEachDatabase, type TestDatabaseKind } from '../../../engine/test/servers/databases.ts';
import { openStream, type Stream } from '../../test/read-events.ts';
import { startTasker } from '../../test/start.ts';
import { startServer } from '../../test/start-server.ts';
import { diamond } from '../../test/template.ts';

const order = { namespace: 'shapes', name: 'diamond', context: {} };

describeEachDatabase((kind) => {
  it('what happens is told as it happens, each thing once and as history has it (TC-112)', async () => {
    const { tasker, events } = await open(kind);
    const stream = await events();
    const tasks = await Promise.all(Array.from({ length: 5 }, () => tasker.submit(order)));
    for (const { id } of tasks) await stream.until(isEnd(id));
    for (const { id } of tasks) {
      const history = await taskHistory(tasker.db, id);
      expect(idsOf(stream, id).toSorted()).toEqual(history.map((fact) => fact.id).toSorted());
    }
    expect(stream.messages[0]?.data).toMatchObject({ kind: 'submitted', namespace: 'shapes', name: 'diamond' });
  });

  it('a client that comes back misses nothing, whatever happened meanwhile and wherever it broke off', async () => {
    const { tasker, events } = await open(kind);
    const first = await events();
    const before = await tasker.submit(order);
    await first.until(isEnd(before.id));
    const half = first.messages[Math.floor(first.messages.length / 2)]?.id ?? '';
    first.close();
    const meanwhile = await tasker.submit(order);
    await meanwhile.completed();
    const history = await taskHistory(tasker.db, meanwhile.id);
    const rest = idsOf(first, before.id).slice(Math.floor(first.messages.length / 2) + 1);

    for (const lastEventId of [first.lastId(), half]) {
      const again = await events('', { 'last-event-id': lastEventId });
      await again.until(isEnd(meanwhile.id));
      expect(idsOf(again, meanwhile.id)).toEqual(history.map(({ id }) => id));
      if (lastEventId === half) expect(idsOf(again, before.id)).toEqual(expect.arrayContaining(rest));
      else expect(idsOf(again, before.id)).toEqual([]);
    }
  });

  it('a stream tells of one task, one namespace or some kinds of facts', async () => {
    const { tasker, events, send } = await open(kind);
    const one = await tasker.submit(order);
    const [all, ofTask, ofOthers, ends] = await Promise.all([
      events(),
      events(`?task_id=${one.id.toUpperCase()}`),
      events('?namespace=elsewhere'),
      events('?kind=task_complete,task_error&namespace=shapes'),
    ]);
    await one.completed();
    const two = await tasker.submit(order);
    await all.until(isEnd(two.id));
    await ends.until(isEnd(two.id));
    expect(ofTask.messages.every(({ data }) => data['task_id'] === one.id)).toBe(true);
    expect(ofOthers.messages).toEqual([]);
    expect(ends.messages.every(({ data }) => data['kind'] === 'task_complete')).toBe(true);
    for (const query of ['task_id=x', 'kind=nope', 'kind=', 'last_event_id=zzz', 'last_event_id=1:1:@x', 'knd=a']) {
      expect(await send('GET', `/events?${query}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'INVALID_REQUEST' } },
      });
    }
    expect(await send('POST', '/events', {})).toMatchObject({ status: 405 });
  });

  it('an id of another database, or of long ago, is answered by a reset', async () => {
    const { events } = await open(kind);
    for (const id of ['999999999:999999999:@2026-11-20T00:00:00.000000Z', '3:3:@2001-01-01T00:00:00.000000Z']) {
      const stream = await events(`?last_event_id=${encodeURIComponent(id)}`);
      expect(await stream.until(({ event }) => event === 'reset')).toBeDefined();
    }
  });

  it('an outage of the database leaves no gap', async () => {
    const { db } = await kind.fresh();
    let isAway = false;
    const flaky: Database = {
      kind: db.kind,
      schema: db.schema,
      query: (statement, values) => (isAway ? Promise.reject(new Error('away')) : db.query(statement, values)),
      script: (text) => db.script(text),
      transaction: (work) => db.transaction(work),
      listen: (channel, onMessage) => db.listen(channel, onMessage),
      close: () => db.close(),
    };
    const tasker = await startTasker(db, { templates: [diamond], handlers });
    const { url } = await startServer({ ...tasker, db: flaky });
    const stream = await openStream(`${url}/tasker/events`);
    const one = await tasker.submit(order);
    await stream.until(isEnd(one.id));
    isAway = true;
    const two = await tasker.submit(order);
    await two.completed();
    isAway = false;
    await stream.until(isEnd(two.id));
    expect(idsOf(stream, two.id)).toEqual((await taskHistory(db, two.id)).map(({ id }) => id));
  });

  it('streams are bounded in number, and end when the server stops', async () => {
    const { url, events, send, stop } = await open(kind, { mostStreams: 2 });
    const streams = [await events(), await events()];
    expect(await send('GET', '/events')).toMatchObject({ status: 503, body: { error: { code: 'OVERLOADED' } } });
    expect((await send('GET', '/health/ready')).body).toMatchObject({ checks: { listener: { status: 'healthy' } } });
    await stop();
    await Promise.all(streams.map(({ ended }) => ended));
    await expect(fetch(url)).rejects.toThrow(/fetch failed/);
  });
});

// needs several connections
for (const kind of databases.filter(({ concurrent }) => concurrent)) {
  describe(`on ${kind.name}`, () => {
    it('what other processes do is told, too', async () => {
      const { db, url } = await kind.fresh();
      const tasker = await startTasker(db, { worker: false });
      const server = await startServer(tasker);
      const stream = await openStream(`${server.url}/tasker/events`);
      const other = await createTasker({ database: url, templates: [diamond], handlers });
      onTestFinished(() => other.stop({ abort: true }));
      const task = await other.submit(order);
      await stream.until(isEnd(task.id));
      expect(idsOf(stream, task.id).toSorted()).toEqual(
        (await taskHistory(db, task.id)).map(({ id }) => id).toSorted(),
      );
    });
  });
}

const handlers = { do: () => ({}) };

async function open(kind: TestDatabaseKind, options: { readonly mostStreams?: number } = {}) {
  const { db } = await kind.fresh();
  const tasker = await startTasker(db, { templates: [diamond], handlers });
  const server = await startServer(tasker, options);
  const events = (query = '', headers = {}) => openStream(`${server.url}/tasker/events${query}`, headers);
  return { tasker, events, ...server };
}

const isEnd =
  (taskId: string) =>
  ({ data }: { readonly data: Readonly<Record<string, unknown>> }) =>
    data['task_id'] === taskId && data['kind'] === 'task_complete';

function idsOf({ messages }: Stream, taskId: string): string[] {
  return messages.filter(({ data }) => data['task_id'] === taskId).map(({ data }) => String(data['event_id']));
}
