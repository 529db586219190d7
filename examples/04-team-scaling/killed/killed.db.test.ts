import { ConnectionFailed, createClient } from '@tasker/client';
import { createTasker, findSteps, listTasks, type Tasker, type TemplateDocument } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { databases } from '../../../packages/engine/test/servers/databases.ts';
import { randomIds } from '../../shared/ids.ts';
import { fieldsOf, textIn } from '../../shared/json-fields.ts';
import { startLoopback } from '../../shared/loopback-server.ts';
import { FailureCounter } from '../../shared/magic-value.ts';
import { supportTemplate } from '../customer-success/template.ts';
import { SimulatedRefundGateway } from '../payments/simulated/gateway.ts';
import { paymentTemplates } from '../payments/templates.ts';
import { awaitedRefund } from './awaited-refund.ts';
import { createMoments, type Moment, type Moments } from './moments.ts';
import { type MortalProcess, type Role, startMortal } from './mortal-process.ts';
import { openWitnessProxy } from './witness-proxy.ts';

const moments: readonly Moment[] = [
  { name: 'ticket lost on its way', sight: 'ticket arriving', victim: 'support server' },
  { name: 'ticket accepted, answer lost', sight: 'ticket accepted', victim: 'support server' },
  { name: 'refund not sent yet', sight: 'refund arriving', victim: 'support worker' },
  { name: 'refund accepted, worker gone', sight: 'refund accepted', victim: 'support worker' },
  { name: 'outcome awaited, worker gone', sight: 'outcome awaited', victim: 'support worker', waits: true },
  { name: 'refund arriving', sight: 'refund arriving', victim: 'payments server', inMidst: true },
  { name: 'refund accepted, server gone', sight: 'refund accepted', victim: 'payments server' },
  { name: 'outcome awaited, server gone', sight: 'outcome awaited', victim: 'payments server', waits: true },
  { name: 'server starting again', sight: 'refund arriving', victim: 'payments server', alsoSuccessor: true },
  { name: 'remote step under way', sight: 'payment looked up', victim: 'payments worker' },
  { name: 'money moved, not recorded', sight: 'money moved', victim: 'payments worker' },
  { name: 'money moved, twice not recorded', sight: 'money moved', victim: 'payments worker', times: 2 },
];
const roles = ['support server', 'support worker', 'payments server', 'payments worker'] as const;
const amount = 4_999;
const paymentOf = ({ name }: Moment) => `pay_${name.replaceAll(/\W+/g, '_')}`;

// PGlite lives in one process, so no other can be killed beside it; one kind of server is as good as another.
it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  'SURF-20 whichever server or worker of two teams is killed, at twelve moments, no refund is lost and none is made twice, on $name',
  { timeout: 180_000 },
  async (kind) => {
    const [supportDb, paymentsDb] = [await kind.fresh(), await kind.fresh()];
    const desk = await createTasker({
      database: supportDb.db,
      templates: [hasty(supportTemplate)],
      tasks: [awaitedRefund('http://127.0.0.1')],
      worker: false,
    });
    onTestFinished(() => desk.stop());
    const till = await createTasker({ database: paymentsDb.db, templates: paymentTemplates.map(hasty), worker: false });
    onTestFinished(() => till.stop());

    // Those who see: they stand between the processes, and none of them is killed.
    let seen: Moments['see'] = () => Promise.resolve(false);
    const gateway = await startGateway(
      (paymentId) => seen('payment looked up', paymentId),
      (paymentId) => seen('money moved', paymentId),
    );
    const paymentsOfTasks = new Map<string, string>();
    const servers = {
      'support server': startMortal('support server', [supportDb.url, '0'], portOf),
      'payments server': startMortal('payments server', [paymentsDb.url, '0'], portOf),
    };
    const atPayments = await openWitnessProxy(await servers['payments server'].ready(), {
      arriving: ({ payment_id: payment }) => seen('refund arriving', String(payment)),
      accepted({ payment_id: payment }, taskId) {
        paymentsOfTasks.set(taskId, String(payment));
        return seen('refund accepted', String(payment));
      },
      asked: (taskId) => seen('outcome awaited', paymentsOfTasks.get(taskId) ?? ''),
    });
    const atSupport = await openWitnessProxy(await servers['support server'].ready(), {
      arriving: ({ payment_id: payment }) => seen('ticket arriving', String(payment)),
      accepted: ({ payment_id: payment }) => seen('ticket accepted', String(payment)),
    });
    const processes: Readonly<Record<Role, MortalProcess>> = {
      ...servers,
      'support worker': startMortal('support worker', [supportDb.url, atPayments.url], () => atPayments.url),
      'payments worker': startMortal('payments worker', [paymentsDb.url, gateway.url], () => gateway.url),
    };
    await Promise.all(roles.map((role) => processes[role].ready()));
    const expected = new Map(moments.map((moment) => [paymentOf(moment), moment]));
    const { see, past } = createMoments(expected, processes);
    seen = see;

    // One after another for each victim, all victims at once: so each meets the troubles of the others, too.
    const submit = (moment: Moment) => submitTicket(moment, atSupport.url, processes['support server']);
    const submitted = new Map<Moment, string>();
    await Promise.all(
      roles.map(async (role) => {
        for (const moment of moments.filter(({ victim }) => victim === role)) {
          submitted.set(moment, await submit(moment));
          await past(paymentOf(moment));
        }
      }),
    );
    const ends = await Promise.all([...submitted.values()].map((id) => endOf(desk, id)));
    expect(ends).toEqual(moments.map(() => 'complete'));

    // As many tasks as tickets on either side, each refund under the step that handed it over.
    expect((await listTasks(desk.db, {}, { limit: 100 })).tasks).toHaveLength(moments.length);
    const { tasks: refunds } = await listTasks(till.db, {}, { limit: 100 });
    expect(refunds).toHaveLength(moments.length);
    expect(await Promise.all(refunds.map(({ taskId }) => endOf(till, taskId)))).toEqual(refunds.map(() => 'complete'));
    for (const [moment, taskId] of submitted) {
      const steps = await findSteps(desk.db, [taskId]);
      const delegated = steps.find(({ name }) => /^(execute|carry)_refund/.test(name));
      const refund = refunds.find(({ idempotencyKey }) => idempotencyKey === delegated?.stepId);
      expect([moment.name, refund]).toMatchObject([moment.name, { correlationId: taskId, version: '2.1.0' }]);
      expect(delegated?.result).toMatchObject({ delegated_task_id: refund?.taskId, correlation_id: taskId });
      if (moment.waits) expect(delegated?.result).toMatchObject({ delegated_task_status: 'complete' });
      // what was sent came along
      expect(refund?.traceparent).toMatch(new RegExp(`^00-${taskId.replaceAll('-', '')}-[0-9a-f]{16}-01$`));
    }
    for (const headers of atPayments.headers) expect(headers.authorization).toBe('Bearer support-token');
    // The money has moved once for each ticket, whoever asked for it how often.
    expect(gateway.moved()).toEqual(Object.fromEntries(moments.map((moment) => [paymentOf(moment), [amount]])));
    expect(gateway.asked()).toBeGreaterThan(moments.length);
    // It was not for nothing.
    expect(Object.fromEntries(roles.map((role) => [role, processes[role].kills()]))).toEqual({
      'support server': 2,
      'support worker': 3,
      'payments server': 5,
      'payments worker': 4,
    });
  },
);

/** A killed process costs attempts; there are enough, and none is waited for long. */
function hasty(document: TemplateDocument): TemplateDocument {
  const steps = (document.steps ?? []).map((step) => ({
    ...step,
    retry: { ...step.retry, max_attempts: 100, backoff: 'linear' as const, backoff_base_ms: 50, max_backoff_ms: 300 },
  }));
  return { ...document, steps };
}

const portOf = (url: string) => new URL(url).port;

async function endOf(tasker: Tasker, taskId: string): Promise<string> {
  const { status } = await tasker.task(taskId).completed({ timeoutMs: 120_000 });
  return status;
}

/** As a desk does: again with the same key, until somebody answers. */
async function submitTicket(moment: Moment, url: string, server: MortalProcess): Promise<string> {
  const client = createClient({ url, retries: 0 });
  const payment = paymentOf(moment);
  const ticket = {
    ticket_id: `ticket_${payment}`,
    customer_id: 'cust_premium_456',
    refund_amount: amount,
    customer_email: 'ada@example.com',
    payment_id: payment,
  };
  for (;;) {
    try {
      const { task_id: taskId } = await client.submit({
        namespace: 'customer_success',
        name: moment.waits === true ? 'await_refund' : 'process_refund',
        context: ticket,
        idempotency_key: payment,
      });
      return taskId;
    } catch (error) {
      if (!(error instanceof ConnectionFailed)) throw error;
      await server.ready();
    }
  }
}

/** The gateway, which remembers: it gives back once per key, and tells whoever wants to see before it answers. */
async function startGateway(
  onLookUp: (paymentId: string) => Promise<boolean>,
  onMoved: (paymentId: string) => Promise<boolean>,
) {
  const gateway = new SimulatedRefundGateway(randomIds, new FailureCounter());
  const moved = new Map<string, number[]>();
  const keys = new Set<string>();
  let asked = 0;
  const { urls, close } = await startLoopback({
    async gateway(request) {
      const answer = gateway.answer(request);
      if (request.method !== 'POST') {
        await onLookUp(request.path.split('/')[2] ?? '');
        return answer;
      }
      asked += 1;
      const body = fieldsOf(request.body);
      const payment = textIn(body, 'payment_id') ?? '';
      const key = String(request.headers['idempotency-key']);
      if (answer.status === 201 && !keys.has(key)) {
        moved.set(payment, [...(moved.get(payment) ?? []), Number(body?.['amount'])]);
        keys.add(key);
      }
      await onMoved(payment);
      return answer;
    },
  });
  onTestFinished(() => close());
  return { url: urls.gateway, moved: () => Object.fromEntries(moved), asked: () => asked };
}
