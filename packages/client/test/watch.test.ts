import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ClientError, createClient, type WatchedEvent } from '../src/index.ts';
import { failure, json, type Reply, stubServer } from './stub-server.ts';

const id = '01a1f779-346e-76a1-9ee7-0b5664f00000';

/** A server with one task, whose history grows as the test says. */
async function serverOfTask({ stream }: { stream: (response: ServerResponse) => void }) {
  const history: { event_id: string; kind: string }[] = [];
  let status = 'in_progress';
  const reply: Reply = (request, response) => {
    if (request.path.startsWith('/tasker/events')) {
      stream(response);
      return undefined;
    }
    if (request.path.endsWith('/events')) return json(200, { task_id: id, events: history })(request, response);
    const steps = [
      { name: 'pay', processed: true, results: { paid: 7 } },
      { name: 'mail', processed: status === 'complete', results: null },
    ];
    return json(200, { task: { task_id: id, status, workflow_steps: steps } })(request, response);
  };
  const server = await stubServer(reply);
  return {
    ...server,
    happen(event_id: string, kind: string) {
      history.push({ event_id, kind });
      if (kind.startsWith('task_')) status = kind.replace('task_', '');
    },
    streams: () => server.received.filter(({ path }) => path.startsWith('/tasker/events')),
  };
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  // the place that the stream begins at, as the server says it
  response.write(': hello\n\nid: 7:7:@2026-11-20T00:00:00.000000Z\n\n');
}

function say(response: ServerResponse, event_id: string, kind: string): void {
  response.write(`id: 7:9:@2026-11-20T00:00:00.000000Z\ndata: ${JSON.stringify({ event_id, kind })}\n\n`);
}

async function gather(events: AsyncIterable<WatchedEvent>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { event_id } of events) seen.push(event_id);
  return seen;
}

describe('watching a task', () => {
  it('tells its past and what comes, each event once, and ends with the task (TC-112)', async () => {
    const server = await serverOfTask({
      stream(response) {
        begin(response);
        say(response, 'e2', 'attempt_started');
        server.happen('e3', 'attempt_complete');
        server.happen('e4', 'task_complete');
        say(response, 'e3', 'attempt_complete');
        say(response, 'e4', 'task_complete');
      },
    });
    server.happen('e1', 'submitted');
    server.happen('e2', 'attempt_started');
    expect(await gather(createClient({ url: server.url }).watch(id))).toEqual(['e1', 'e2', 'e3', 'e4']);
    expect(server.streams()[0]?.path).toBe(`/tasker/events?task_id=${id}`);
  });

  it('misses nothing that happens between a look at the history and the beginning of the stream', async () => {
    const server = await serverOfTask({
      stream(response) {
        server.happen('e2', 'attempt_started');
        server.happen('e3', 'task_complete');
        begin(response);
      },
    });
    server.happen('e1', 'submitted');
    expect(await gather(createClient({ url: server.url }).watch(id))).toEqual(['e1', 'e2', 'e3']);
  });

  it('looks at the history again when the server no longer knows what was missed', async () => {
    const server = await serverOfTask({
      stream(response) {
        begin(response);
        say(response, 'e2', 'attempt_started');
        server.happen('e2', 'attempt_started');
        server.happen('e3', 'task_complete');
        response.write('id: 9:9:@2026-11-20T00:00:00.000000Z\nevent: reset\ndata: {}\n\n');
      },
    });
    server.happen('e1', 'submitted');
    expect(await gather(createClient({ url: server.url }).watch(id))).toEqual(['e1', 'e2', 'e3']);
  });

  it('goes on where it was when the connection is lost, and misses nothing that happened meanwhile', async () => {
    let connections = 0;
    const server = await serverOfTask({
      stream(response) {
        connections += 1;
        begin(response);
        if (connections === 1) {
          server.happen('e2', 'attempt_started');
          say(response, 'e2', 'attempt_started');
          server.happen('e3', 'attempt_error');
          setTimeout(() => response.socket?.destroy(), 20);
        } else {
          server.happen('e4', 'task_error');
          say(response, 'e4', 'task_error');
        }
      },
    });
    server.happen('e1', 'submitted');
    expect(await gather(createClient({ url: server.url }).watch(id))).toEqual(['e1', 'e2', 'e3', 'e4']);
    expect(server.streams()).toHaveLength(2);
  });

  it('reads history again and again where there is no stream', async () => {
    const server = await serverOfTask({
      stream(response) {
        server.happen('e2', 'task_complete');
        response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>no such page</h1>');
      },
    });
    server.happen('e1', 'submitted');
    expect(await gather(createClient({ url: server.url }).watch(id))).toEqual(['e1', 'e2']);
  });

  it('fails when it is not allowed to listen', async () => {
    const refuse = failure(403, 'FORBIDDEN');
    const server = await serverOfTask({
      stream: (response) => void refuse({ method: 'GET', path: '', headers: {}, body: undefined }, response),
    });
    server.happen('e1', 'submitted');
    await expect(gather(createClient({ url: server.url }).watch(id))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const server = await serverOfTask({
      stream(response) {
        begin(response);
        setTimeout(() => stop.abort(), 20);
      },
    });
    server.happen('e1', 'submitted');
    expect(await gather(createClient({ url: server.url }).watch(id, { signal: stop.signal }))).toEqual(['e1']);
  });
});

describe('waiting for a task', () => {
  it('ends with the results of its steps', async () => {
    const server = await serverOfTask({
      stream(response) {
        begin(response);
        server.happen('e2', 'task_complete');
        say(response, 'e2', 'task_complete');
      },
    });
    server.happen('e1', 'submitted');
    const outcome = await createClient({ url: server.url }).waitFor(id);
    expect(outcome).toMatchObject({ status: 'complete', task: { task_id: id } });
    expect(outcome.results).toEqual({ pay: { paid: 7 } });
  });

  it('fails after the time it was given, and says that the task goes on', async () => {
    const server = await serverOfTask({ stream: (response) => begin(response) });
    server.happen('e1', 'submitted');
    const waiting = createClient({ url: server.url }).waitFor(id, { timeoutMs: 100 });
    await expect(waiting).rejects.toBeInstanceOf(ClientError);
    await expect(waiting).rejects.toMatchObject({
      name: 'WaitTimedOut',
      code: 'WAIT_TIMED_OUT',
      details: { task_id: id },
    });
  });

  it.each([2_592_000_000, Number.POSITIVE_INFINITY])('goes on when it was given %d ms', async (timeoutMs) => {
    const server = await serverOfTask({
      stream(response) {
        begin(response);
        server.happen('e2', 'task_complete');
        say(response, 'e2', 'task_complete');
      },
    });
    server.happen('e1', 'submitted');
    const outcome = await createClient({ url: server.url }).waitFor(id, { timeoutMs });
    expect(outcome.status).toBe('complete');
  });

  it('fails at once when there is no such task', async () => {
    const { url } = await stubServer(failure(404, 'TASK_NOT_FOUND'));
    await expect(createClient({ url }).waitFor(id)).rejects.toMatchObject({ name: 'NotFound' });
  });
});
