import { type Database, taskHistory } from '@tasker/engine';
import { getNamedType, isLeafType, isObjectType } from 'graphql';
import { createClient } from 'graphql-sse';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachDatabase, type TestDatabaseKind } from '../../../engine/test/servers/databases.ts';
import { openStream } from '../../test/read-events.ts';
import { startTasker } from '../../test/start.ts';
import { startServer } from '../../test/start-server.ts';
import { diamond, templateOf } from '../../test/template.ts';
import type { ServerOptions } from '../server.ts';
import { createSchema } from './schema.ts';
import { valueOf } from './schema-node.ts';

const order = { namespace: 'shapes', name: 'diamond', context: {} };
const nowhere = '01890a5d-ac96-7000-8000-000000000000';
const events = `subscription ($after: String, $namespace: String, $taskId: ID, $kind: [TaskHistoryEventKind!]) {
  events(after: $after, namespace: $namespace, taskId: $taskId, kind: $kind) {
    position isReset event { eventId kind taskId step namespace name } } }`;
const followed = `subscription ($taskId: ID!, $after: String) {
  task(taskId: $taskId, after: $after) { position event { eventId kind } task { status completionPercentage } } }`;

describeEachDatabase((kind) => {
  it('what happens is told as it happens, each thing once and as history has it, with the task as it stands', async () => {
    const { tasker, subscribe } = await open(kind);
    const all = subscribe(events);
    const ends = subscribe(
      'subscription { events(kind: [task_complete], namespace: "shapes") { event { task { status workflowSteps { name results } } } } }',
    );
    await Promise.all([all.begun, ends.begun]);
    const tasks = await Promise.all(Array.from({ length: 3 }, () => tasker.submit(order)));
    for (const { id } of tasks) {
      await all.until(isEnd(id));
      const history = await taskHistory(tasker.db, id);
      expect(idsOf(all, id).toSorted()).toEqual(history.map((fact) => fact.id).toSorted());
    }
    await ends.until(({ data }) => count(data) && ends.eventsOf().length === 3);
    expect(ends.eventsOf()).toMatchObject(
      tasks.map(() => ({ task: { status: 'complete', workflowSteps: [{ name: 'first', results: {} }, {}, {}, {}] } })),
    );
  });

  it('SURF-26 every field of what is told resolves', async () => {
    const { tasker, subscribe } = await open(kind);
    const type = createSchema().getType('LiveEvent');
    if (!isObjectType(type)) throw new Error('there is no LiveEvent');
    const fields = Object.values(type.getFields()).map(({ name, type: of }) =>
      isLeafType(getNamedType(of)) ? name : `${name} { __typename }`,
    );
    const stream = subscribe(`subscription { events { position isReset event { ${fields.join(' ')} } } }`);
    await stream.begun;
    const { id } = await tasker.submit(order);
    await stream.until(isEnd(id));
    expect(stream.results.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(stream.eventsOf()[0]).toMatchObject({ taskId: id, name: 'diamond', task: { __typename: 'Task' } });
  });

  it('a subscription tells of one task, one namespace or some kinds of facts', async () => {
    const { tasker, subscribe } = await open(kind);
    const one = await tasker.submit(order);
    const all = subscribe(events);
    const ofTask = subscribe(events, { taskId: one.id.toUpperCase() });
    const ofOthers = subscribe(events, { namespace: 'elsewhere' });
    const begins = subscribe(events, { kind: ['submitted', 'operator_cancel'] });
    await Promise.all([all, ofTask, ofOthers, begins].map(({ begun }) => begun));
    await one.completed();
    const two = await tasker.submit(order);
    await all.until(isEnd(two.id));
    await begins.until(({ data }) => valueOf(eventOf(data), 'taskId') === two.id);
    expect(ofTask.eventsOf().every((event) => valueOf(event, 'taskId') === one.id)).toBe(true);
    expect(ofOthers.eventsOf()).toEqual([]);
    expect(begins.eventsOf().map((event) => valueOf(event, 'kind'))).toEqual(['submitted']);
  });

  it('a client goes on where it was when its server stops, and misses nothing that happened meanwhile', async () => {
    const { tasker, url, stop } = await open(kind);
    let place = url;
    const variables: { after?: string } = {};
    const stream = subscribeTo(
      () => place,
      events,
      variables,
      (data) => {
        variables.after = positionOf(data);
      },
    );
    await stream.begun;
    const before = await tasker.submit(order);
    await stream.until(isEnd(before.id));
    place = 'http://127.0.0.1:1';
    await stop();
    const meanwhile = await tasker.submit(order);
    await meanwhile.completed();
    place = (await startServer(tasker)).url;
    await stream.until(isEnd(meanwhile.id));
    for (const { id } of [before, meanwhile]) {
      const history = await taskHistory(tasker.db, id);
      expect(new Set(idsOf(stream, id))).toEqual(new Set(history.map((fact) => fact.id)));
    }
  });

  it('a position leads on from any message, and one of another database is answered by a reset', async () => {
    const { tasker, subscribe, url } = await open(kind);
    const first = subscribe(events);
    await first.begun;
    const task = await tasker.submit(order);
    await first.until(isEnd(task.id));
    const positions = first.results.map(({ data }) => positionOf(data));
    const whole = idsOf(first, task.id);
    for (const after of [positions[0], positions[Math.floor(positions.length / 2)]]) {
      const again = subscribe(events, { after });
      await again.until(isEnd(task.id));
      const told = first.results
        .slice(0, positions.indexOf(after ?? '') + 1)
        .flatMap(({ data }) => eventOf(data) ?? []);
      const rest = whole.filter((id) => !told.some((event) => valueOf(event, 'eventId') === id));
      expect(idsOf(again, task.id)).toEqual(expect.arrayContaining(rest));
    }
    // what comes back by itself, as browsers do, says so in a header
    const search = new URLSearchParams({ query: '{ __typename }' });
    search.set('query', 'subscription { events { position event { kind } } }');
    const browser = await openStream(`${url}/tasker/graphql?${search.toString()}`, {
      accept: 'text/event-stream',
      'last-event-id': positions[0] ?? '',
    });
    await browser.until(({ data }) => valueOf(eventOf(data['data']), 'kind') === 'task_complete');
    expect(browser.lastId()).toMatch(/@/);

    const lost = subscribe(events, { after: '999999999:999999999:@2026-11-20T00:00:00.000000Z' });
    await lost.begun;
    expect(lost.results[0]).toMatchObject({ data: { events: { isReset: true, event: null } } });
  });

  it('one task is followed until it has ended, from any place on', async () => {
    let letGo: () => void = () => undefined;
    const isWatched = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const { tasker, subscribe } = await open(kind, {
      async do() {
        await isWatched;
        return {};
      },
    });
    const task = await tasker.submit(order);
    const stream = subscribe(followed, { taskId: task.id });
    await stream.begun;
    letGo();
    await stream.ended;
    expect(stream.results.at(-1)).toMatchObject({
      data: { task: { event: { kind: 'task_complete' }, task: { status: 'complete', completionPercentage: 100 } } },
    });
    const history = (await taskHistory(tasker.db, task.id)).map(({ id }) => id);
    const told = stream.eventsOf().map((event) => valueOf(event, 'eventId'));
    expect(history.slice(-told.length)).toEqual(told);

    // from the first message on, long after the end
    const again = subscribe(followed, { taskId: task.id, after: positionOf(stream.results[0]?.data) });
    await again.ended;
    expect(again.eventsOf().map((event) => valueOf(event, 'eventId'))).toEqual(told);
    const late = subscribe(followed, { taskId: task.id });
    await late.ended;
    expect(late.results).toMatchObject([{ data: { task: { event: null, task: { status: 'complete' } } } }]);
  });

  it('a task that has failed and goes on is followed to the end that counts', async () => {
    let isBroken = true;
    const { tasker, subscribe } = await open(kind, {
      do() {
        if (isBroken) throw new Error('no luck');
        return {};
      },
    });
    await tasker.register(templateOf({ only: [] }, { name: 'fragile', handler: 'do' }));
    const task = await tasker.submit({ ...order, name: 'fragile' });
    const first = subscribe(events, { taskId: task.id });
    await first.begun;
    await task.completed();
    isBroken = false;
    await tasker.retryTask(task.id);
    await task.completed();
    const stream = subscribe(followed, { taskId: task.id, after: positionOf(first.results[0]?.data) });
    await stream.ended;
    expect(stream.eventsOf().map((event) => valueOf(event, 'kind'))).toEqual(
      expect.arrayContaining(['task_error', 'operator_retry', 'task_complete']),
    );
    expect(stream.eventsOf().at(-1)).toMatchObject({ kind: 'task_complete' });
  });

  it('what is wrong with a subscription is told in its stream, which is then over', async () => {
    const { subscribe } = await open(kind);
    for (const [query, variables, message] of [
      ['subscription { evnts { position } }', {}, /Did you mean "events"/],
      ['subscription {', {}, /Syntax Error/],
      ['subscription { events { position } a: events { position } }', {}, /only one top level field/],
      [
        `subscription { events { event { task { workflowSteps { ${'parents { '.repeat(12)} name ${'}'.repeat(12)} } } } } }`,
        {},
        /levels deep/,
      ],
      [
        'subscription { events { event { task { history(first: 100) { nodes { result } } workflowSteps { children { children { children { children { name } } } } } } } } }',
        {},
        /may ask for/,
      ],
      [events, { after: 'nonsense' }, /`after` is not the id of a message/],
      [events, { taskId: 'x' }, /`taskId` must be a UUID/],
      [events, { kind: ['nope'] }, /does not exist in "TaskHistoryEventKind"/],
      [followed, { taskId: nowhere }, /There is no task/],
    ] as const) {
      const stream = subscribe(query, variables);
      await stream.ended;
      expect(stream.results).toMatchObject([
        { errors: [{ message: expect.stringMatching(message), extensions: { code: expect.any(String) } }] },
      ]);
    }
  });

  it('SURF-28 each selected field of a subscription is asked for its own permission, when it is told', async () => {
    const denied = new Set<string>();
    const { tasker, subscribe } = await open(kind, handlers, {
      authorizer: {
        authorize(permission) {
          if (denied.has(permission)) throw Object.assign(new Error('you may not'), { code: 'x' });
        },
      },
    });
    denied.add('steps:read');
    const stream = subscribe(
      'subscription { events(kind: [task_complete]) { event { kind task { status workflowSteps { name } } } } }',
    );
    await stream.begun;
    await tasker.submit(order);
    const { data, errors } = await stream.until(
      ({ data: of, errors: found }) => found !== undefined || eventOf(of) != null,
    );
    expect(errors).toMatchObject([{ path: ['events', 'event', 'task', 'workflowSteps'] }]);
    expect(JSON.stringify(data)).not.toContain('first');
    for (const permission of ['events:read', 'tasks:read']) {
      denied.clear();
      denied.add(permission);
      const refused = subscribe(followed, { taskId: nowhere });
      await refused.ended;
      expect(refused.results).toMatchObject([{ errors: [{ path: ['task'] }] }]);
    }
  });

  it('however many follow, over GraphQL or REST, the database is listened to once', async () => {
    const { db } = await kind.fresh();
    let listens = 0;
    const counted: Database = {
      kind: db.kind,
      schema: db.schema,
      query: (statement, values) => db.query(statement, values),
      script: (text) => db.script(text),
      transaction: (work) => db.transaction(work),
      listen(channel, onMessage) {
        listens += 1;
        return db.listen(channel, onMessage);
      },
      close: () => db.close(),
    };
    const tasker = await startTasker(db, { templates: [diamond], handlers });
    const { url } = await startServer({ ...tasker, db: counted });
    const followers = Array.from({ length: 10 }, () => subscribeTo(() => url, events, {}));
    const rest = await openStream(`${url}/tasker/events`);
    await Promise.all(followers.map(({ begun }) => begun));
    const { id } = await tasker.submit(order);
    await Promise.all(followers.map(({ until }) => until(isEnd(id))));
    await rest.until(({ data }) => data['kind'] === 'task_complete');
    expect(listens).toBe(1);
  });

  it('streams of both kinds are bounded together, and whoever leaves makes room', async () => {
    const { url, subscribe, send } = await open(kind, handlers, { mostStreams: 2 });
    const rest = await openStream(`${url}/tasker/events`);
    const stream = subscribe(events);
    await stream.begun;
    const query = 'subscription { events { position } }';
    const asked = () => send('POST', '/graphql', { query }, { accept: 'text/event-stream' });
    expect(await asked()).toMatchObject({
      status: 503,
      body: { errors: [{ extensions: { code: 'OVERLOADED', details: { retry_after_seconds: 1 } } }] },
    });
    rest.close();
    stream.close();
    // a client of this kind tries again until there is room
    const later = subscribe(events);
    await later.begun;
  });

  it('answers come as what the client can read', async () => {
    const { send } = await open(kind);
    const ask = (query: string, accept: string) => send('POST', '/graphql', { query }, { accept });
    for (const accept of ['application/json', 'application/graphql-response+json, application/json;q=0.9']) {
      expect(await ask(events, accept)).toMatchObject({
        status: 400,
        body: { errors: [{ message: expect.stringContaining('Accept: text/event-stream') }] },
      });
    }
    const streamed = await ask('{ __typename }', 'text/event-stream');
    expect(streamed.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(streamed.body).toContain('event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n');
    const either = await ask('{ __typename }', 'application/json, text/event-stream, */*');
    expect(either).toMatchObject({ status: 200, body: { data: { __typename: 'Query' } } });
    expect(await ask('{ __typename }', 'image/png')).toMatchObject({
      status: 200,
      body: { data: { __typename: 'Query' } },
    });
    const write = new URLSearchParams({ query: `mutation { cancelTask(input: {taskId: "${nowhere}"}) { changed } }` });
    expect(await send('GET', `/graphql?${write.toString()}`, undefined, { accept: 'text/event-stream' })).toMatchObject(
      {
        status: 405,
        body: { errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] },
      },
    );
  });
});

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

interface Subscription {
  readonly results: readonly Result[];
  /** Resolves with the first result. */
  readonly begun: Promise<void>;
  /** Resolves when the server has said that there is no more. */
  readonly ended: Promise<void>;
  until(isIt: (result: Result) => boolean): Promise<Result>;
  /** The events that have come, without messages that have none. */
  eventsOf(): unknown[];
  close(): void;
}

const handlers = { do: (): object | Promise<object> => ({}) };

async function open(kind: TestDatabaseKind, own = handlers, options: Omit<ServerOptions, 'tasker'> = {}) {
  const { db } = await kind.fresh();
  const tasker = await startTasker(db, { templates: [diamond], handlers: own });
  const server = await startServer(tasker, options);
  return {
    ...server,
    tasker,
    subscribe: (query: string, variables: Record<string, unknown> = {}) =>
      subscribeTo(() => server.url, query, variables),
  };
}

/** By the client of graphql-sse; variables may change before it comes back. */
function subscribeTo(
  place: () => string,
  query: string,
  variables: Record<string, unknown>,
  onData: (data: unknown) => void = () => undefined,
): Subscription {
  const client = createClient({
    url: () => `${place()}/tasker/graphql`,
    retryAttempts: 1000,
    retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
  });
  onTestFinished(() => client.dispose());
  const results: Result[] = [];
  const looks = new Set<() => void>();
  const until = (isIt: (result: Result) => boolean) =>
    new Promise<Result>((resolve) => {
      const look = () => {
        const found = results.find(isIt);
        if (found === undefined) return;
        looks.delete(look);
        resolve(found);
      };
      looks.add(look);
      look();
    });
  let close = () => undefined as void;
  const ended = new Promise<void>((resolve, reject) => {
    close = client.subscribe(
      { query, variables },
      {
        next(result) {
          results.push(result as Result);
          onData(result.data);
          for (const look of looks) look();
        },
        error: reject,
        complete: resolve,
      },
    );
  });
  return {
    results,
    ended,
    begun: until(() => true).then(() => undefined),
    until,
    eventsOf: () => results.flatMap(({ data }) => eventOf(data) ?? []),
    close,
  };
}

const messageOf = (data: unknown) => valueOf(data, 'events') ?? valueOf(data, 'task');
const eventOf = (data: unknown) => valueOf(messageOf(data), 'event');
const positionOf = (data: unknown) => String(valueOf(messageOf(data), 'position'));
const count = (data: unknown) => eventOf(data) !== null;

const isEnd =
  (taskId: string) =>
  ({ data }: Result) =>
    valueOf(eventOf(data), 'taskId') === taskId && valueOf(eventOf(data), 'kind') === 'task_complete';

function idsOf({ eventsOf }: Subscription, taskId: string): string[] {
  return eventsOf()
    .filter((event) => valueOf(event, 'taskId') === taskId)
    .map((event) => String(valueOf(event, 'eventId')));
}
