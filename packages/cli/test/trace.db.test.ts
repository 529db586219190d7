import {
  type AnyTaskDefinition,
  createTasker,
  defineTask,
  PermanentError,
  RetryableError,
  type Tasker,
} from '@tasker/engine';
import { createServer, type Server } from '@tasker/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, stubServer } from '../../client/test/stub-server.ts';
import { defineDelegation } from '../../delegation/src/index.ts';
import { databases, type TestDatabaseKind } from '../../engine/test/servers/databases.ts';
import { patience, runTasker } from './run-tasker.ts';

const retry = { maxAttempts: 3, backoff: 'linear', baseMs: 1, jitter: 0 } as const;

type TestDatabase = Awaited<ReturnType<TestDatabaseKind['create']>>;

interface Team {
  readonly tasker: Tasker;
  readonly server: Server;
  readonly database: TestDatabase;
}

let support: Team;
let payments: Team;

const run = (...args: string[]) => runTasker(args);
const bothServers = () => ['--url', support.server.url, '--url', payments.server.url];

// What a database is asked here, all of them answer alike; one that other processes reach is needed.
describe.for(databases.filter(({ concurrent }) => concurrent).slice(0, 1))('on $name', patience, (kind) => {
  beforeAll(async () => {
    const refund = defineTask({ namespace: 'payments', name: 'process_refund', version: '2.1.0' })
      .step('check', {
        run: ({ context }) => {
          if (context.attempt === 1) throw new RetryableError('The gateway is busy.', { errorCode: 'GATEWAY_BUSY' });
          return {};
        },
        retry,
      })
      .step('refund', { after: ['check'], run: () => ({}) });
    payments = await openTeam(await kind.create(), [refund]);
    const delegation = defineDelegation('support.hand_over', {
      url: payments.server.url,
      namespace: 'payments',
      name: 'process_refund',
      context: () => ({}),
      wait: true,
    });
    const ticket = defineTask({ namespace: 'support', name: 'ticket', version: '1.0.0' })
      .step('validate', { run: () => ({}) })
      .step('hand_over', { after: ['validate'], handler: delegation, retry });
    const audit = defineTask({ namespace: 'support', name: 'audit', version: '1.0.0' }).step('note', {
      run: () => {
        throw new PermanentError('There is no such ledger.', { errorCode: 'NO_LEDGER' });
      },
    });
    support = await openTeam(await kind.create(), [ticket, audit]);

    const root = await support.tasker.submit({
      namespace: 'support',
      name: 'ticket',
      context: {},
      correlationId: 'cs-1',
    });
    await root.completed({ timeoutMs: 60_000 });
    const apart = await support.tasker.submit({
      namespace: 'support',
      name: 'audit',
      context: {},
      correlationId: 'audit-1',
      parentCorrelationId: 'cs-1',
    });
    await apart.completed({ timeoutMs: 60_000 });
  });
  afterAll(async () => {
    await Promise.all([close(support), close(payments)]);
  });

  it('draws the tasks of several servers as one tree: each under the step that delegated it', async () => {
    const { code, out, err } = await run('trace', 'cs-1', ...bothServers());
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [head, , ...lines] = out.trimEnd().split('\n');
    expect(head).toMatch(/^cs-1 {2}3 tasks on 2 servers, from \d{4}-.* on, \d/);
    expect(lines.map((line) => /^.*?[\w/@.]+(?: \d)?(?= {2})/.exec(line)?.[0])).toEqual([
      'support/ticket@1.0.0',
      '├─ ✓ validate',
      '├─ ✓ hand_over',
      '│  └─ payments/process_refund@2.1.0',
      '│     ├─ ✓ check',
      '│     │    attempt 1',
      '│     │    attempt 2',
      '│     └─ ✓ refund',
      '└─ support/audit@1.0.0',
      '   └─ ✗ note',
      '        attempt 1',
    ]);
    const told = (name: string) => lines.find((line) => line.includes(name)) ?? '';
    expect(told('process_refund')).toMatch(
      new RegExp(`complete +\\+\\d.*s +\\d.*s +\\S{36} on ${payments.server.url}$`),
    );
    expect(told('✓ check')).toMatch(/complete +\+\d.* +\d.* +attempt 2 of 3$/);
    expect(told('GATEWAY_BUSY')).toMatch(/error +\+\d.*GATEWAY_BUSY: The gateway is busy; next attempt in \d+ ms$/);
    expect(told('audit@')).toMatch(new RegExp(`error .* on ${support.server.url}$`));
    expect(lines.at(-1)).toMatch(/NO_LEDGER: There is no such ledger$/);
  });

  it('tells machines the same', async () => {
    const { code, out } = await run('trace', 'cs-1', '--json', ...bothServers());
    expect(code).toBe(0);
    const [supportUrl, paymentsUrl] = [support.server.url, payments.server.url];
    expect(JSON.parse(out)).toMatchObject({
      correlation_id: 'cs-1',
      servers: [
        { server: supportUrl, tasks: 2, error: null },
        { server: paymentsUrl, tasks: 1, error: null },
      ],
      more: false,
      tasks: [
        {
          server: supportUrl,
          name: 'ticket',
          status: 'complete',
          duration_ms: expect.any(Number),
          steps: [
            { name: 'validate', history: [], delegated: [] },
            {
              name: 'hand_over',
              delegated: [
                {
                  server: paymentsUrl,
                  namespace: 'payments',
                  correlation_id: 'cs-1',
                  parent_correlation_id: 'cs-1',
                  traceparent: expect.stringMatching(/^00-/),
                  steps: [
                    {
                      name: 'check',
                      attempts: 2,
                      history: expect.arrayContaining([
                        expect.objectContaining({
                          kind: 'attempt_error',
                          attempt: 1,
                          error: expect.objectContaining({ code: 'GATEWAY_BUSY' }),
                        }),
                      ]),
                    },
                    { name: 'refund', attempts: 1 },
                  ],
                },
              ],
            },
          ],
          related: [{ name: 'audit', correlation_id: 'audit-1', status: 'error' }],
        },
      ],
    });
  });

  it('begins with the tasks that what is asked for came of', async () => {
    const { out } = await run('trace', 'audit-1', '--json', '--url', support.server.url);
    expect(JSON.parse(out)).toMatchObject({ tasks: [{ name: 'ticket', related: [{ name: 'audit' }] }] });
  });

  it('asks a database, too, and finds a task that has no correlation id but its own', async () => {
    const alone = await support.tasker.submit({ namespace: 'support', name: 'audit', context: {} });
    const { code, out } = await run('trace', alone.id, '--database', support.database.url);
    expect(code).toBe(0);
    expect(out).toContain(`1 task on 1 server`);
    expect(out).toMatch(new RegExp(`support/audit@1\\.0\\.0 .*${alone.id} on postgres`));
  });

  it('shows the rest when a server cannot be asked, and says so, in the exit code, too', async () => {
    const gone = 'http://127.0.0.1:9';
    const { code, out, err } = await run('trace', 'cs-1', '--url', support.server.url, '--url', gone);
    expect(code).toBe(1);
    expect(out).toContain('2 tasks on 1 server');
    expect(out).not.toContain('process_refund');
    expect(err).toMatch(new RegExp(`^tasker: ${gone} is missing here: The server at ${gone} cannot be reached`, 'm'));

    const shown = await run('trace', 'cs-1', '--json', '--url', gone, '--url', payments.server.url);
    expect(shown.code).toBe(1);
    expect(JSON.parse(shown.out)).toMatchObject({
      servers: [
        { server: gone, tasks: 0, error: { code: 'SERVER_UNREACHABLE' } },
        { server: payments.server.url, tasks: 1 },
      ],
      tasks: [{ name: 'process_refund' }],
    });
    const alone = await run('trace', 'cs-1', '--url', gone);
    expect(alone).toMatchObject({ code: 1, out: '' });
    expect(alone.err).toMatch(/^tasker: The server at .* cannot be reached/);
  });

  it('says when nothing is found, with exit code 4', async () => {
    const { code, out, err } = await run('trace', 'cs-nothing', ...bothServers());
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toContain(
      `No task belongs to the correlation id cs-nothing on ${support.server.url}, ${payments.server.url}.`,
    );
  });
});

it.each([
  { tokens: ['all'], heard: ['Bearer all', 'Bearer all'] },
  { tokens: ['one', 'two'], heard: ['Bearer one', 'Bearer two'] },
])('shows each server its token: $tokens', patience, async ({ tokens, heard }) => {
  const nothing = json(200, { tasks: [], next_cursor: null });
  const servers = [await stubServer(nothing), await stubServer(nothing)];
  const { code } = await run(
    'trace',
    'cs-1',
    ...servers.flatMap(({ url }) => ['--url', url]),
    ...tokens.flatMap((token) => ['--token', token]),
  );
  expect(code).toBe(4);
  expect(servers.map(({ received }) => received[0]?.headers.authorization)).toEqual(heard);
});

async function openTeam(database: TestDatabase, tasks: readonly AnyTaskDefinition[]): Promise<Team> {
  const tasker = await createTasker({ database: database.db, tasks });
  const server = await createServer({ tasker, port: 0 });
  await server.start();
  return { tasker, server, database };
}

async function close({ server, tasker, database }: Team): Promise<void> {
  await server.stop();
  await tasker.stop();
  await database.drop();
}
