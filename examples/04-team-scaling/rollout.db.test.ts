import { createTasker, explain, findSteps, findTask, type Tasker } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { describeOneDatabase } from '../../packages/engine/test/servers/databases.ts';
import { randomIds } from '../shared/ids.ts';
import { startLoopback } from '../shared/loopback-server.ts';
import { FailureCounter } from '../shared/magic-value.ts';
import { paymentHandlerFunctions } from './payments/handler-functions.ts';
import { SimulatedRefundGateway } from './payments/simulated/gateway.ts';
import { startPaymentServices } from './payments/simulated/services.ts';
import { paymentTemplates } from './payments/templates.ts';

const [before, after] = paymentTemplates;
const request = { namespace: 'payments', name: 'process_refund' } as const;
const patience = { timeoutMs: 60_000 };

describeOneDatabase((kind) => {
  it('04 a new version is rolled out under load: what began ends on its version, callers get what they ask for', async () => {
    const { db } = await kind.fresh();
    const gateway = await startHeldGateway();
    const services = await startPaymentServices();
    onTestFinished(() => services.close());
    const { 'payments.notify_customer': notify, ...others } = paymentHandlerFunctions({
      ...services,
      gatewayUrl: gateway.url,
    });
    if (before === undefined || after === undefined || notify === undefined) throw new Error('there are two versions');
    const open = async (options: Parameters<typeof createTasker>[0]) => {
      const tasker = await createTasker({ ...options, database: db });
      onTestFinished(() => tasker.stop());
      return tasker;
    };
    let made = 0;
    /** Submits so many, one after the other, and says which version each got. */
    const submit = async (tasker: Tasker, count: number, version?: string, payment = 'pay') => {
      const tasks = [];
      for (let number = 0; number < count; number += 1) {
        made += 1;
        const context = { payment_id: `${payment}_${made}`, refund_amount: 1_000, customer_email: 'ada@example.com' };
        const { id } = await tasker.submit({ ...request, context, ...(version === undefined ? {} : { version }) });
        tasks.push({ id, version: (await findTask(db, id))?.version });
      }
      return tasks;
    };
    const versionsOf = (tasks: readonly { version: string | undefined }[]) => tasks.map(({ version }) => version);
    const ends = (tasks: readonly { id: string }[], by: Tasker) =>
      Promise.all(tasks.map(async ({ id }) => (await by.task(id).completed(patience)).status));

    // The old version at work; some of its tasks are in the midst of their first step.
    const old = await open({ templates: [before], handlers: others, worker: {} });
    const held = await submit(old, 5, undefined, 'pay_held');
    await gateway.isHolding(5);
    const early = await submit(old, 10);
    expect(new Set(versionsOf([...held, ...early]))).toEqual(new Set(['2.0.0']));

    // The new one is registered, while a caller goes on submitting through a process that knows the old one only.
    const caller = (async () => {
      const got = [];
      // another process hears of it a moment later, at the latest after five seconds
      for (const until = Date.now() + 20_000; Date.now() < until; ) {
        const [task] = await submit(old, 1);
        if (task !== undefined) got.push(task);
        if (task?.version === '2.1.0') break;
      }
      return got;
    })();
    const desk = await open({ templates: [after], worker: false });
    const fresh = await submit(desk, 10);
    expect(new Set(versionsOf(fresh))).toEqual(new Set(['2.1.0']));
    const called = await caller;
    // never back again
    expect(versionsOf(called)).toEqual([...called.slice(1).map(() => '2.0.0'), '2.1.0']);
    const pinned = await submit(old, 10, '2.0.0');
    expect(new Set(versionsOf(pinned))).toEqual(new Set(['2.0.0']));
    expect(await ends([...early, ...pinned, ...called.slice(0, -1)], old)).not.toContain('error');

    // The worker with the old handlers does what it can of new tasks, and leaves the rest, without spending attempts.
    const waiting = [...fresh, ...called.slice(-1)];
    for (const { id } of waiting) {
      await expect
        .poll(async () => (await explain(db, id)).map(({ kind: why, step }) => `${why} ${step}`), {
          timeout: patience.timeoutMs,
        })
        .toEqual(['no_worker notify_customer']);
      expect((await findSteps(db, [id])).map(({ state, attempts }) => `${state} ${attempts}`)).toEqual([
        'complete 1',
        'complete 1',
        'complete 1',
        'pending 0',
      ]);
    }

    // The new worker comes, the old one goes: what it has in hand is ended first, on the version that it began with.
    const now = await open({
      templates: [before, after],
      handlers: { ...others, 'payments.notify_customer': notify },
      worker: {},
    });
    expect(await ends(waiting, now)).toEqual(waiting.map(() => 'complete'));
    const stopped = old.stop();
    const late = [...(await submit(now, 10)), ...(await submit(now, 10, '2.0.0'))];
    gateway.release();
    await stopped;
    const all = [...held, ...early, ...called, ...pinned, ...fresh, ...late];
    expect(await ends(all, now)).toEqual(all.map(() => 'complete'));
    for (const { id, version } of all) {
      const steps = await findSteps(db, [id]);
      expect([version, steps.length]).toEqual([version, version === '2.0.0' ? 3 : 4]);
      expect(steps.map(({ attempts }) => attempts)).toEqual(steps.map(() => 1));
    }
    expect(gateway.refunds()).toBe(all.length);
  }, 120_000);
});

/** A gateway that keeps whoever asks for a payment `pay_held…` waiting until it is released. */
async function startHeldGateway() {
  const gateway = new SimulatedRefundGateway(randomIds, new FailureCounter());
  let refunds = 0;
  let holding = 0;
  let tell = () => {};
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { urls, close } = await startLoopback({
    async gateway(asked) {
      if (asked.method === 'POST') refunds += 1;
      else if (asked.path.includes('pay_held')) {
        holding += 1;
        tell();
        await released;
      }
      return gateway.answer(asked);
    },
  });
  onTestFinished(() => close());
  return {
    url: urls.gateway,
    release: () => release(),
    refunds: () => refunds,
    isHolding: (count: number) =>
      new Promise<void>((resolve) => {
        tell = () => {
          if (holding >= count) resolve();
        };
        tell();
      }),
  };
}
