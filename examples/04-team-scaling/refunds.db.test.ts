import {
  DuplicateTask,
  listTemplates,
  type TemplateDocument,
  TemplateNotFound,
  type UntypedResults,
} from '@tasker/engine';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../packages/engine/test/servers/databases.ts';
import { fieldsOf } from '../shared/json-fields.ts';
import { ServiceUnavailable, TooManyRequests } from '../shared/loopback-server.ts';
import { supportHandlerFunctions } from './customer-success/handler-functions.ts';
import { paymentHandlerFunctions } from './payments/handler-functions.ts';
import { openRefunds } from './refunds-under-test.ts';

// The scenarios of both teams, by number, with HTTP between them, on a clock that waits for nobody.

const base = { payment_id: 'pay_test_12345abc', refund_amount: 4_999, customer_email: 'ada@example.com' };
const ticketBase = {
  ticket_id: 'ticket_cs_789',
  customer_id: 'cust_premium_456',
  refund_amount: 4_999,
  customer_email: 'ada@example.com',
};
const paid = {
  validate_payment_eligibility: 'complete',
  process_gateway_refund: 'complete',
  update_payment_records: 'complete',
  notify_customer: 'complete',
};
const resolved = {
  validate_refund_request: 'complete',
  check_refund_policy: 'complete',
  get_manager_approval: 'complete',
  execute_refund_workflow: 'complete',
  update_ticket_status: 'complete',
};
const never = 'not run';

describeEachDatabase((kind) => {
  it('04.1 the payments team gives a payment back and tells the customer', async () => {
    const { refund } = await openRefunds(kind);
    const { status, course, results } = await refund(base);
    expect([status, course]).toEqual(['complete', paid]);
    expect(results).toMatchObject({
      process_gateway_refund: {
        refund_id: expect.stringMatching(/^rfnd_[0-9a-f]+$/),
        gateway_transaction_id: expect.stringMatching(/^gtx_[0-9a-f]+$/),
        estimated_arrival: '2030-01-06',
      },
      notify_customer: { customer_email: 'ada@example.com', delivery_status: 'delivered' },
    });
  });

  it('04.2 the support team hands a refund over and closes the ticket', async () => {
    const { ticket } = await openRefunds(kind);
    const { status, course, results } = await ticket(ticketBase);
    expect([status, course]).toEqual(['complete', resolved]);
    expect(results).toMatchObject({
      validate_refund_request: { customer_tier: 'premium' },
      get_manager_approval: { auto_approved: true, approval_required: false },
      execute_refund_workflow: { target_namespace: 'payments', target_workflow: 'process_refund' },
      update_ticket_status: { new_status: 'resolved' },
    });
  });

  it('04.3 one payments task comes of it, under the same correlation id, and is carried out', async () => {
    const { ticket, paymentTasks, settle, endpoint } = await withEndpoint();
    const { results } = await ticket({ ...ticketBase, correlation_id: 'root-1' });
    const tasks = await paymentTasks();
    expect(tasks).toMatchObject([
      { version: '2.1.0', correlationId: 'root-1', parentCorrelationId: 'root-1', initiator: 'customer_success' },
    ]);
    const [task] = tasks;
    expect(results).toMatchObject({ execute_refund_workflow: { delegated_task_id: task?.taskId } });
    expect((await settle(task?.taskId ?? '')).course).toEqual(paid);
    expect(endpoint.faults.lastCall('tasks.create')?.headers).toMatchObject({
      'x-correlation-id': 'root-1',
      authorization: 'Bearer support-token',
      'idempotency-key': expect.any(String),
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    });
  });

  it('04.4 both teams work at once without crossing', async () => {
    const { submit, settle, paymentTasks } = await openRefunds(kind);
    const own = await submit.refund({ ...base, payment_id: 'pay_concurrent_123', refund_amount: 2_999 });
    const other = await submit.ticket({
      ...ticketBase,
      ticket_id: 'ticket_concurrent_456',
      customer_id: 'cust_gold_789',
    });
    expect((await settle(own.id)).course).toEqual(paid);
    expect((await settle(other.id)).course).toEqual(resolved);
    const amounts = (await paymentTasks()).map(({ context }) => context['refund_amount']);
    expect(amounts).toEqual([2_999, 4_999]);
  });

  it('04.5 two templates have the same name, each in its namespace', async () => {
    const { tasker } = await openRefunds(kind);
    const { templates } = await listTemplates(tasker.db, { name: 'process_refund' });
    expect(templates.map(({ namespace, version }) => `${namespace}@${version}`).toSorted()).toEqual([
      'customer_success@1.3.0',
      'payments@2.0.0',
      'payments@2.1.0',
    ]);
  });

  it('04.6 what is meant for one team is refused by the other', async () => {
    const { submit } = await openRefunds(kind);
    await expect(submit.refund(ticketBase)).rejects.toMatchObject({ code: 'INVALID_CONTEXT' });
    await expect(submit.ticket(base)).rejects.toMatchObject({ code: 'INVALID_CONTEXT' });
  });

  it('04.7 a version that there is not is not found', async () => {
    const { submit } = await openRefunds(kind);
    await expect(submit.refund(base, '9.9.9')).rejects.toBeInstanceOf(TemplateNotFound);
  });

  it.each([
    ['pay_test_insufficient_1', 'INSUFFICIENT_FUNDS 1'],
    ['pay_test_ineligible_1', 'PAYMENT_INELIGIBLE 1'],
  ])('04.8 the payment %s cannot be given back: %s', async (payment_id, failure) => {
    const { refund } = await openRefunds(kind);
    expect((await refund({ ...base, payment_id })).course['validate_payment_eligibility']).toBe(failure);
  });

  it('04.9 nothing, or a payment with another kind of id, cannot be given back', async () => {
    const { refund, submit } = await openRefunds(kind);
    const nothing = await refund({ ...base, refund_amount: 0 });
    expect(nothing.course['validate_payment_eligibility']).toBe('INVALID_REFUND_AMOUNT 1');
    await expect(submit.refund({ ...base, payment_id: 'bad-id' })).rejects.toMatchObject({ code: 'INVALID_CONTEXT' });
    const trusting = await openRefunds(kind, { change: withoutSchema });
    const bad = await trusting.refund({ ...base, payment_id: 'bad-id' });
    expect(bad.course['validate_payment_eligibility']).toBe('INVALID_PAYMENT_ID 1');
  });

  it('04.10 a payment that is not settled yet is looked at again after 30 s', async () => {
    const { refund, tasker } = await openRefunds(kind);
    const begin = tasker.clock.now();
    const { course } = await refund({ ...base, payment_id: 'pay_test_processing_1__fail1' });
    expect(course).toEqual({ ...paid, validate_payment_eligibility: 'complete 2' });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(30_000);
  });

  it('04.11 a gateway that runs into timeouts is asked twice, one that refuses once', async () => {
    const { refund } = await openRefunds(kind);
    const slow = await refund({ ...base, payment_id: 'pay_test_gateway_timeout_1' });
    expect(slow.course).toEqual({
      ...paid,
      process_gateway_refund: 'GATEWAY_TIMEOUT 2',
      update_payment_records: never,
      notify_customer: never,
    });
    const refused = await refund({ ...base, payment_id: 'pay_test_gateway_error_1' });
    expect(refused.course['process_gateway_refund']).toBe('GATEWAY_REFUND_FAILED 1');
    expect(refused.steps['process_gateway_refund']?.error?.context).toMatchObject({ gateway_code: 'invalid_payment' });
  });

  it('04.12 a gateway that wants fewer requests is asked when it says', async () => {
    const { refund, tasker } = await openRefunds(kind);
    const begin = tasker.clock.now();
    const { course } = await refund({ ...base, payment_id: 'pay_test_rate_limit_1__fail1' });
    expect(course).toEqual({ ...paid, process_gateway_refund: 'complete 2' });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(60_000);
  });

  it('04.13 a locked record is written at the third attempt, and the money moves once', async () => {
    const { refund, services, tasker } = await openRefunds(kind);
    const begin = tasker.clock.now();
    const { course } = await refund({ ...base, payment_id: 'pay_test_record_lock_1__fail2' });
    expect(course).toEqual({ ...paid, update_payment_records: 'complete 3' });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(20_000);
    expect(services.payments.faults.callCount('gateway.refund')).toBe(1);
  });

  it('04.14 a mail that came back goes out to another address, without the money moving again', async () => {
    const { refund, tasker, settle, services } = await openRefunds(kind);
    const before = await refund({ ...base, customer_email: 'user@test_bounce.com' });
    expect(before.course).toEqual({ ...paid, notify_customer: 'EMAIL_BOUNCED 1' });
    const note = { actor: 'support', reason: 'the customer called' };
    await tasker.editStep(before.id, 'notify_customer', { inputs: { customer_email: 'ada@example.org' } }, note);
    await tasker.retryTask(before.id, note);
    const after = await settle(before.id);
    expect(after.results).toMatchObject({ notify_customer: { customer_email: 'ada@example.org' } });
    expect(services.payments.faults.callCount('gateway.refund')).toBe(1);
  });

  it('04.15 a mail service that wants fewer requests is asked five times', async () => {
    const { refund } = await openRefunds(kind);
    const { course } = await refund({ ...base, customer_email: 'user@test_rate_limit.com' });
    expect(course['notify_customer']).toBe('EMAIL_RATE_LIMITED 5');
  });

  it('04.16 a part is a part, and the whole is the whole', async () => {
    const { refund } = await openRefunds(kind);
    const part = await refund({ ...base, refund_amount: 5_000, partial_refund: true });
    expect(part.results).toMatchObject({
      validate_payment_eligibility: { original_amount: 6_000, refund_amount: 5_000 },
      update_payment_records: { payment_status: 'partially_refunded' },
    });
    const whole = await refund({ ...base, payment_id: 'pay_test_whole' });
    expect(whole.results).toMatchObject({
      validate_payment_eligibility: { original_amount: 4_999, refund_amount: 4_999 },
      update_payment_records: { payment_status: 'refunded' },
    });
  });

  it.each([
    ['ticket_closed_1', 'TICKET_CLOSED 1'],
    ['ticket_cancelled_1', 'TICKET_CANCELLED 1'],
    ['ticket_duplicate_1', 'TICKET_DUPLICATE 1'],
    ['INVALID-TICKET', 'TICKET_NOT_FOUND 1'],
  ])('04.17 nothing is handed over for the ticket %s: %s', async (ticket_id, failure) => {
    const { ticket, services } = await openRefunds(kind);
    expect((await ticket({ ...ticketBase, ticket_id })).course['validate_refund_request']).toBe(failure);
    expect(services.endpoint.faults.callCount('tasks.create')).toBe(0);
  });

  it('04.18 customers of the standard tier need a manager, whatever the request says', async () => {
    const { ticket } = await openRefunds(kind);
    for (const requires_approval of [true, false]) {
      const { course, results } = await ticket({ ...ticketBase, customer_id: 'cust_1', requires_approval });
      expect(course).toEqual(resolved);
      expect(results).toMatchObject({
        get_manager_approval: { approval_required: true, manager_id: expect.stringMatching(/^mgr_[1-5]$/) },
      });
    }
  });

  it.each([
    ['cust_1', 10_000, 'complete'],
    ['cust_1', 10_001, 'EXCEEDS_AMOUNT_LIMIT 1'],
    ['cust_gold_1', 50_000, 'complete'],
    ['cust_VIP_1', 100_001, 'EXCEEDS_AMOUNT_LIMIT 1'],
  ])('04.19 of a limit in cents: %s wants %i, %s', async (customer_id, refund_amount, end) => {
    const { ticket } = await openRefunds(kind);
    expect((await ticket({ ...ticketBase, customer_id, refund_amount })).course['check_refund_policy']).toBe(end);
  });

  it('04.20 a purchase of 120 days ago is too old for every tier, one of 30 days for none', async () => {
    const { ticket } = await openRefunds(kind);
    for (const customer_id of ['cust_1', 'cust_gold_1', 'cust_premium_1']) {
      const old = await ticket({ ...ticketBase, ticket_id: 'ticket_old_purchase_1', customer_id });
      expect(old.course['check_refund_policy']).toBe('OUTSIDE_REFUND_WINDOW 1');
      const recent = await ticket({ ...ticketBase, customer_id });
      expect(recent.course['check_refund_policy']).toBe('complete');
    }
  });

  it('04.21 a manager who says no ends it; one who takes two minutes is waited for', async () => {
    const { ticket, tasker } = await openRefunds(kind);
    const standard = { ...ticketBase, customer_id: 'cust_1' };
    const denied = await ticket({ ...standard, ticket_id: 'ticket_denied_1' });
    expect(denied.course['get_manager_approval']).toBe('APPROVAL_DENIED 1');
    const expired = await ticket({ ...standard, ticket_id: 'ticket_expired_1' });
    expect(expired.course['get_manager_approval']).toBe('APPROVAL_EXPIRED 1');
    const begin = tasker.clock.now();
    const pending = await ticket({ ...standard, ticket_id: 'ticket_pending_1__fail2' });
    expect(pending.course).toEqual({ ...resolved, get_manager_approval: 'complete 3' });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(120_000);
  });

  it('04.22 the other side out of service, or too busy, is asked again; one that refuses is not', async () => {
    const { ticket, paymentTasks, endpoint } = await withEndpoint();
    endpoint.faults.stubFailure('tasks.create', ServiceUnavailable, 'out of service', 1);
    expect((await ticket(ticketBase)).course).toEqual({ ...resolved, execute_refund_workflow: 'complete 2' });
    endpoint.faults.stubFailure('tasks.create', TooManyRequests, 'too many', 1);
    const busy = await ticket({ ...ticketBase, ticket_id: 'ticket_cs_790' });
    expect(busy.course).toEqual({ ...resolved, execute_refund_workflow: 'complete 2' });
    expect(await paymentTasks()).toHaveLength(2);
    const bad = await ticket({ ...ticketBase, ticket_id: 'ticket_cs_791', payment_id: 'bad-id' });
    expect(bad.course['execute_refund_workflow']).toBe('DELEGATION_REFUSED 1');
  });

  it('04.22 an answer that names no task, or says no, is final', async () => {
    const { ticket, endpoint } = await withEndpoint();
    endpoint.faults.stubResponse('tasks.create', { status: 201, body: {} });
    const nameless = await ticket(ticketBase);
    expect(nameless.course['execute_refund_workflow']).toBe('DELEGATION_INVALID_RESPONSE 1');
    endpoint.faults.stubResponse('tasks.create', { status: 200, body: { status: 'rejected', rejection_reason: 'no' } });
    const rejected = await ticket({ ...ticketBase, ticket_id: 'ticket_cs_790' });
    expect(rejected.course['execute_refund_workflow']).toBe('DELEGATION_REJECTED 1');
  });

  it('04.24 the words of the support team become a reason of the payments team, and stay as detail', async () => {
    const { ticket, paymentTasks } = await openRefunds(kind);
    await ticket({
      ...ticketBase,
      ticket_id: 'TICKET-12345',
      payment_id: 'pay_987654321',
      refund_amount: 7_500,
      refund_reason: 'item was defective',
      correlation_id: 'root-24',
    });
    const [task] = await paymentTasks();
    expect(task?.context).toEqual({
      payment_id: 'pay_987654321',
      refund_amount: 7_500,
      customer_email: 'ada@example.com',
      refund_reason: 'system_error',
      refund_reason_detail: 'item was defective',
      partial_refund: false,
      initiated_by: 'customer_success',
      approval_id: expect.stringMatching(/^appr_/),
      ticket_id: 'TICKET-12345',
      correlation_id: 'root-24',
    });
  });

  it('04.25 a new correlation id tells where the request entered; one that came along stays as it is', async () => {
    const { ticket, paymentTasks } = await openRefunds(kind);
    await ticket(ticketBase);
    await ticket({ ...ticketBase, ticket_id: 'ticket_cs_790', correlation_id: 'cs-abc' });
    const ids = (await paymentTasks()).map(({ correlationId }) => correlationId);
    expect(ids).toEqual([expect.stringMatching(/^cs-[0-9a-f]{16}$/), 'cs-abc']);
  });

  it('04.26 a ticket that an agent has open is closed 15 s later, and nothing is handed over twice', async () => {
    const { ticket, services, tasker } = await openRefunds(kind);
    const begin = tasker.clock.now();
    const { course } = await ticket({ ...ticketBase, ticket_id: 'ticket_locked_1__fail1' });
    expect(course).toEqual({ ...resolved, update_ticket_status: 'complete 2' });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(15_000);
    expect(services.endpoint.faults.callCount('tasks.create')).toBe(1);
  });

  it('04.27 the support team needs an address at once, the payments team at the end', async () => {
    const { submit, refund } = await openRefunds(kind);
    const { customer_email: _, ...anonymous } = ticketBase;
    await expect(submit.ticket(anonymous)).rejects.toMatchObject({ code: 'INVALID_CONTEXT' });
    const { customer_email: __, ...unaddressed } = base;
    expect((await refund(unaddressed)).course).toEqual({ ...paid, notify_customer: 'MISSING_CUSTOMER_EMAIL 1' });
  });

  it('04.28 two tickets for one payment: two payments tasks, and the money moves once', async () => {
    const { ticket, paymentTasks, settle, services } = await openRefunds(kind);
    for (const ticket_id of ['ticket_a', 'ticket_b']) {
      const { status } = await ticket({ ...ticketBase, ticket_id, payment_id: 'pay_twice' });
      expect(status).toBe('complete');
    }
    const [first, second] = await paymentTasks();
    expect((await settle(first?.taskId ?? '')).course).toEqual(paid);
    const refused = await settle(second?.taskId ?? '');
    expect(refused.course['process_gateway_refund']).toBe('GATEWAY_REFUND_FAILED 1');
    expect(refused.steps['process_gateway_refund']?.error?.context).toMatchObject({ gateway_code: 'already_refunded' });
    expect(services.payments.gateway.refundedOf('pay_twice')).toBe(4_999);
  });

  it('04.29 a token is good for the namespaces that it was granted', async () => {
    const { ticket, services } = await openRefunds(kind, { granted: ['customer_success'] });
    expect((await ticket(ticketBase)).course['execute_refund_workflow']).toBe('DELEGATION_REFUSED 1');
    const { services: granted } = await openRefunds(kind);
    const answer = await fetch(`${granted.endpoint.url}/tasker/tasks`, {
      method: 'POST',
      headers: { authorization: 'Bearer support-token' },
      body: JSON.stringify({ namespace: 'customer_success', name: 'process_refund', context: ticketBase }),
    });
    expect([answer.status, services.endpoint.faults.callCount('tasks.create')]).toEqual([403, 1]);
  });

  it('04 callers that pin the version before still get it; others get the newest', async () => {
    const { refund, tasker } = await openRefunds(kind);
    const before = await refund({ ...base, payment_id: 'pay_old' }, '2.0.0');
    expect(Object.keys(before.course)).not.toContain('notify_customer');
    const now = await refund({ ...base, payment_id: 'pay_new' });
    expect(now.course).toEqual(paid);
    const again = tasker.submit({
      namespace: 'payments',
      name: 'process_refund',
      context: { ...base, payment_id: 'pay_new' },
    });
    await expect(again).rejects.toBeInstanceOf(DuplicateTask);
  });

  it('04 both forms make the same results, whatever goes wrong', async () => {
    const ends = [];
    for (const forms of [{}, { paymentHandlers: paymentHandlerFunctions, supportHandlers: supportHandlerFunctions }]) {
      const { refund, ticket } = await openRefunds(kind, forms);
      const settled = [
        await refund(base),
        await refund({ ...base, payment_id: 'pay_test_rate_limit_1__fail1' }),
        await refund({ ...base, payment_id: 'pay_test_gateway_error_1' }),
        await refund({ ...base, payment_id: 'pay_other', customer_email: 'user@test_invalid.com' }),
        await ticket({ ...ticketBase, customer_id: 'cust_1' }),
        await ticket({ ...ticketBase, ticket_id: 'ticket_closed_1' }),
        await ticket({ ...ticketBase, ticket_id: 'ticket_bad', payment_id: 'bad-id' }),
      ];
      ends.push(settled.map(({ status, course, results }) => ({ status, course, results: withoutTime(results) })));
    }
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[0]?.map(({ status }) => status)).toEqual([
      'complete',
      'complete',
      'error',
      'error',
      'complete',
      'error',
      'error',
    ]);
  });

  async function withEndpoint() {
    const refunds = await openRefunds(kind);
    return { ...refunds, endpoint: refunds.services.endpoint };
  }
});

/** When a refund was handed over is real time in one form. */
function withoutTime(results: UntypedResults): object {
  const { execute_refund_workflow: delegation, ...others } = results;
  const { delegation_timestamp: _, ...rest } = fieldsOf(delegation) ?? {};
  return { ...others, execute_refund_workflow: rest };
}

function withoutSchema(document: TemplateDocument): TemplateDocument {
  const { input_schema: _, ...rest } = document;
  return rest;
}
