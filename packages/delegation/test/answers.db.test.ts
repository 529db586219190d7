import { createTasker, defineTask, type Tasker, taskHistory } from '@tasker/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cut, failure, json, type Reply, stubServer } from '../../client/test/stub-server.ts';
import { databases } from '../../engine/test/servers/databases.ts';
import { defineDelegation } from '../src/index.ts';

const remoteId = '01a1f779-346e-76a1-9ee7-0b5664f00000';
const patience = { timeoutMs: 60_000 };

/** Waits a moment only when it is told nothing else. */
const retry = { maxAttempts: 3, backoff: 'linear', baseMs: 1, jitter: 0 } as const;

const text = (value: unknown) => (typeof value === 'string' ? value : '');

const executeRefund = defineDelegation('customer_success.execute_refund', {
  url: (context) => text(context.getInput('url')),
  token: () => 'grant',
  namespace: 'payments',
  name: 'process_refund',
  version: '2.1.0',
  context: (context) => ({
    payment_id: context.getDependencyField('validate', 'payment_id'),
    initiated_by: 'customer_success',
    attempt: context.attempt,
  }),
  initiator: 'customer_success',
  sourceSystem: 'customer_service_platform',
  reason: (context) => `ticket ${text(context.getInput('ticket_id'))}`,
  tags: ['refund'],
});

const support = defineTask({ namespace: 'customer_success', name: 'process_refund', version: '1.3.0' })
  .step('validate', { run: () => ({ payment_id: 'pay_1' }) })
  .step('execute_refund', { after: ['validate'], handler: executeRefund, retry });

let tasker: Tasker;
let drop: () => Promise<void>;

async function delegateTo(...replies: readonly [Reply, ...Reply[]]) {
  const server = await stubServer(...replies);
  const task = await tasker.submit(
    support,
    { url: server.url, ticket_id: 'T-1' },
    { correlationId: 'cs-0123456789abcdef' },
  );
  const outcome = await task.completed(patience);
  const errors = (await taskHistory(tasker.db, task.id)).flatMap(({ error }) => error ?? []);
  return { ...server, outcome, error: errors.at(-1), taskId: task.id };
}

// What is asked of a database here, all of them do alike.
describe.for(databases.slice(0, 1))('a step that delegates, on $name', (kind) => {
  beforeAll(async () => {
    const database = await kind.create();
    tasker = await createTasker({ database: database.db, tasks: [support] });
    drop = database.drop;
  });
  afterAll(async () => {
    await tasker.stop();
    await drop();
  });

  it.each([
    [201, 'created'],
    [201, 'pending'],
    [200, 'complete'],
  ])('SURF-21 succeeds when it is answered %i with a task that is %s', async (code, status) => {
    const { outcome, received } = await delegateTo(json(code, { task_id: remoteId, status, version: '2.1.0' }));
    expect(outcome).toMatchObject({
      status: 'complete',
      results: {
        execute_refund: {
          task_delegated: true,
          target_namespace: 'payments',
          target_workflow: 'process_refund',
          target_version: '2.1.0',
          delegated_task_id: remoteId,
          delegated_task_status: status,
          delegation_timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
          correlation_id: 'cs-0123456789abcdef',
        },
      },
    });
    expect(received).toHaveLength(1);
  });

  it('SURF-20 says who asks for what, with the key of the step and the correlation id of its task', async () => {
    const { received, taskId } = await delegateTo(json(201, { task_id: remoteId, status: 'pending' }));
    const [request] = received;
    const stepId = String(request?.headers['idempotency-key']);
    expect(request).toMatchObject({
      method: 'POST',
      path: '/tasker/tasks',
      headers: {
        authorization: 'Bearer grant',
        'x-correlation-id': 'cs-0123456789abcdef',
        traceparent: `00-${taskId.replaceAll('-', '')}-${stepId.replaceAll('-', '').slice(-16)}-01`,
      },
    });
    expect(request?.body).toEqual({
      namespace: 'payments',
      name: 'process_refund',
      version: '2.1.0',
      context: { payment_id: 'pay_1', initiated_by: 'customer_success', attempt: 1 },
      idempotency_key: stepId,
      correlation_id: 'cs-0123456789abcdef',
      parent_correlation_id: 'cs-0123456789abcdef',
      initiator: 'customer_success',
      source_system: 'customer_service_platform',
      reason: 'ticket T-1',
      tags: ['refund'],
    });
  });

  it('continues the trace that its own task was submitted in', async () => {
    const server = await stubServer(json(201, { task_id: remoteId, status: 'pending' }));
    const task = await tasker.submit(
      support,
      { url: server.url, ticket_id: 'T-2' },
      { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00' },
    );
    await task.completed(patience);
    const [request] = server.received;
    const stepId = String(request?.headers['idempotency-key']);
    expect(request?.headers['traceparent']).toBe(
      `00-4bf92f3577b34da6a3ce929d0e0e4736-${stepId.replaceAll('-', '').slice(-16)}-00`,
    );
  });

  it.each([
    ['400', failure(400, 'INVALID_REQUEST'), 'DELEGATION_REFUSED'],
    ['403', failure(403, 'FORBIDDEN'), 'DELEGATION_REFUSED'],
    ['404', failure(404, 'TEMPLATE_NOT_FOUND'), 'DELEGATION_REFUSED'],
    ['413', failure(413, 'PAYLOAD_TOO_LARGE'), 'DELEGATION_REFUSED'],
    ['422', failure(422, 'INVALID_CONTEXT'), 'DELEGATION_REFUSED'],
    ['409 for another key', failure(409, 'DUPLICATE_TASK'), 'DELEGATION_CONFLICT'],
    ['201 without a task', json(201, { status: 'pending' }), 'DELEGATION_INVALID_RESPONSE'],
    ['200 with a failure', json(200, { status: 'failed', error_message: 'No funds.' }), 'DELEGATION_REJECTED'],
    ['200 with a rejection', json(200, { status: 'rejected', rejection_reason: 'No.' }), 'DELEGATION_REJECTED'],
  ])('SURF-21 fails for good when it is answered %s', async (_, reply, code) => {
    const { outcome, received, error } = await delegateTo(reply);
    expect(outcome.status).toBe('error');
    expect(received).toHaveLength(1);
    expect(error).toMatchObject({
      code,
      context: { target_namespace: 'payments', target_workflow: 'process_refund' },
    });
  });

  it('SURF-21 keeps the words of a rejection, and of a refusal', async () => {
    const rejected = await delegateTo(json(200, { status: 'failed', error_message: 'No funds.' }));
    expect(rejected.error?.message).toBe('payments/process_refund was rejected: No funds.');
    const refused = await delegateTo(failure(404, 'TEMPLATE_NOT_FOUND', 'There is no such template.'));
    expect(refused.error?.message).toBe('payments/process_refund was not submitted: There is no such template.');
  });

  it.each([
    ['401', failure(401, 'UNAUTHENTICATED')],
    ['408', failure(408, 'INVALID_REQUEST')],
    ['429', failure(429, 'OVERLOADED', 'Busy.', { 'retry-after': '0' })],
    ['500', failure(500, 'INTERNAL_ERROR')],
    ['502 of a proxy', (_, response) => void response.writeHead(502).end('<h1>Bad Gateway</h1>')],
    ['503', failure(503, 'OVERLOADED')],
    ['504', failure(504, 'DATABASE_UNAVAILABLE')],
    ['302 to a page', (_, response) => void response.writeHead(302, { location: '/maintenance.html' }).end()],
    ['nothing at all', cut],
  ] satisfies [string, Reply][])(
    'SURF-21 is tried again, with the same key, when it is answered %s',
    async (_, reply) => {
      const { outcome, received } = await delegateTo(reply, json(201, { task_id: remoteId, status: 'pending' }));
      expect(outcome).toMatchObject({
        status: 'complete',
        results: { execute_refund: { delegated_task_id: remoteId } },
      });
      const [first, second, ...others] = received.map(({ headers }) => headers['idempotency-key']);
      expect(others).toEqual([]);
      expect(second).toBe(first);
    },
  );

  it('SURF-21 fails for good when what it sends cannot be written', async () => {
    const { url, received } = await stubServer(json(201, { task_id: remoteId, status: 'pending' }));
    const handler = defineDelegation('unwritable', { url, name: 'process_refund', context: () => ({ amount: 1n }) });
    const unwritable = defineTask({ name: 'unwritable' }).step('delegate', { handler, retry });
    await tasker.register(unwritable);
    const task = await tasker.submit(unwritable, {});
    expect((await task.completed(patience)).status).toBe('error');
    const errors = (await taskHistory(tasker.db, task.id)).flatMap(({ kind, error }) =>
      kind === 'attempt_error' ? (error ?? []) : [],
    );
    expect(errors).toMatchObject([{ code: 'DELEGATION_REFUSED', context: { code: 'NOT_SERIALISABLE' } }]);
    expect(received).toEqual([]);
  });

  it('SURF-21 waits as long as it is told to', async () => {
    const begin = performance.now();
    const { outcome, error } = await delegateTo(
      failure(429, 'OVERLOADED', 'Busy.', { 'retry-after': '1' }),
      json(201, { task_id: remoteId, status: 'pending' }),
    );
    expect(outcome.status).toBe('complete');
    expect(error).toMatchObject({ code: 'DELEGATION_UNAVAILABLE' });
    expect(performance.now() - begin).toBeGreaterThanOrEqual(990);
  });

  it('SURF-21 takes the task of an attempt whose answer got lost, though its own context is another by now', async () => {
    const reused = json(409, {
      error: { code: 'IDEMPOTENCY_KEY_REUSED', message: 'Used.', details: { task_id: remoteId } },
      correlation_id: 'c',
    });
    const { outcome, received } = await delegateTo(cut, reused);
    expect(received).toHaveLength(2);
    expect(outcome).toMatchObject({ status: 'complete', results: { execute_refund: { delegated_task_id: remoteId } } });
  });

  it('SURF-21 gives up when its attempts are used up', async () => {
    const { outcome, received } = await delegateTo(failure(503, 'OVERLOADED'));
    expect(outcome.status).toBe('error');
    expect(received).toHaveLength(3);
  });
});

describe('a delegation', () => {
  const rest = { name: 'process_refund', context: () => ({}) };

  it.each([
    [{ ...rest }, 'needs `url` or `client`'],
    [{ ...rest, url: 'payments.example.com' }, '`url` must begin with http'],
  ])('of %j is refused where it is defined', (options, says) => {
    expect(() => defineDelegation('x', options)).toThrow(says);
  });
});
