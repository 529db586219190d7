import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTasker, listTasks, systemClock } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { databases } from '../../packages/engine/test/servers/databases.ts';
import { randomIds } from '../shared/ids.ts';
import { startLoopback } from '../shared/loopback-server.ts';
import { supportHandlerClasses } from './customer-success/handler-classes.ts';
import { createSupportServices } from './customer-success/simulated/services.ts';
import { supportTemplate } from './customer-success/template.ts';
import { paymentHandlerClasses } from './payments/handler-classes.ts';
import { startPaymentServices } from './payments/simulated/services.ts';
import { paymentTemplates } from './payments/templates.ts';
import { submitSupportRefund } from './submit-refund.ts';
import { startTaskEndpoint } from './task-endpoint.ts';

// PGlite lives in one process, so no other can be killed beside it; one kind of server is as good as another.
it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  '04.23 a support worker killed after it handed a refund over finds the same payments task, on $name',
  async (kind) => {
    // the two teams share nothing: not even the database
    const support = await kind.fresh();
    const payments = await kind.fresh();
    const gateway = await startPaymentServices();
    onTestFinished(() => gateway.close());
    const paymentsTasker = await createTasker({
      database: payments.db,
      templates: paymentTemplates,
      handlers: paymentHandlerClasses(gateway),
    });
    onTestFinished(() => paymentsTasker.stop());
    const endpoint = await startTaskEndpoint({ 'support-token': ['payments'] }, systemClock);
    onTestFinished(() => endpoint.close());
    await endpoint.serve(paymentsTasker);

    const desk = await createTasker({ database: support.db, templates: [supportTemplate], worker: false });
    onTestFinished(() => desk.stop());
    const ticket = {
      ticket_id: 'ticket_cs_789',
      customer_id: 'cust_premium_456',
      refund_amount: 4_999,
      customer_email: 'ada@example.com',
    };
    const task = await submitSupportRefund(desk, ticket, randomIds);

    // accepts the refund and then does not say so
    let accept: () => void = () => undefined;
    const accepted = new Promise<void>((resolve) => {
      accept = resolve;
    });
    const silent = await startLoopback({
      api: async ({ headers, body }) => {
        await fetch(`${endpoint.url}/tasker/tasks`, {
          method: 'POST',
          headers: { authorization: headers.authorization ?? '' },
          body: JSON.stringify(body),
        });
        accept();
        return new Promise(() => undefined);
      },
    });
    onTestFinished(() => silent.close());
    const victim = startVictim(support.url, silent.urls.api);
    await accepted;
    victim.kill('SIGKILL');
    await once(victim, 'exit');

    const services = createSupportServices({ url: endpoint.url, token: 'support-token' });
    const successor = await createTasker({ database: support.db, handlers: supportHandlerClasses(services) });
    onTestFinished(() => successor.stop());
    const outcome = await successor.task(task.id).completed({ timeoutMs: 20_000 });
    const { tasks } = await listTasks(payments.db, { namespace: 'payments' });
    expect(tasks).toHaveLength(1);
    const [refund] = tasks;
    expect(outcome).toMatchObject({
      status: 'complete',
      results: { execute_refund_workflow: { delegated_task_id: refund?.taskId } },
    });
    const end = await paymentsTasker.task(refund?.taskId ?? '').completed({ timeoutMs: 20_000 });
    expect(end.status).toBe('complete');
    expect(gateway.faults.callCount('gateway.refund')).toBe(1);
  },
);

function startVictim(database: string, url: string): ChildProcess {
  const program = fileURLToPath(new URL('worker-to-be-killed.ts', import.meta.url));
  const fromSource = new URL('../../scripts/from-source.mjs', import.meta.url).href;
  const victim = fork(program, [database, url], { execArgv: ['--import', fromSource] });
  onTestFinished(() => void victim.kill('SIGKILL'));
  return victim;
}
