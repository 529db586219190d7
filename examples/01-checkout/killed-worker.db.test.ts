import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTasker, findSteps } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { databases } from '../../packages/engine/test/servers/databases.ts';
import { baseOrder } from './base-order.ts';
import { checkoutHandlerClasses } from './handler-classes.ts';
import type { ChargeRequest } from './services/payments.ts';
import { createSimulatedServices } from './simulated/services.ts';
import { submitOrder } from './submit-order.ts';
import { processOrder } from './template.ts';

// PGlite lives in one process, so no other can be killed beside it.
it.each(databases.filter(({ concurrent }) => concurrent))(
  '01.19 a worker killed between the charge and its recording leaves one charge, on $name',
  async (kind) => {
    const { db, url } = await kind.fresh();
    const services = createSimulatedServices();
    const survivor = await createTasker({ database: db, tasks: [processOrder], worker: false });
    onTestFinished(() => survivor.stop());
    const task = await submitOrder(survivor, baseOrder);

    const victim = startVictim(url);
    const [request] = (await once(victim, 'message')) as [ChargeRequest];
    const charged = await services.payments.charge(request, new AbortController().signal);
    victim.kill('SIGKILL');
    await once(victim, 'exit');

    const successor = await createTasker({ database: db, handlers: checkoutHandlerClasses(services) });
    onTestFinished(() => successor.stop());
    const outcome = await successor.task(task.id).completed({ timeoutMs: 20_000 });
    expect(outcome.status).toBe('complete');
    expect(outcome.results).toMatchObject({ process_payment: { payment_id: charged.payment_id } });
    expect(services.payments.chargeCount).toBe(1);
    const [, payment] = await findSteps(db, [task.id]);
    expect(payment).toMatchObject({ name: 'process_payment', state: 'complete', attempts: 2 });
  },
);

function startVictim(database: string): ChildProcess {
  const program = fileURLToPath(new URL('worker-to-be-killed.ts', import.meta.url));
  const fromSource = new URL('../../scripts/from-source.mjs', import.meta.url).href;
  const victim = fork(program, [database], { execArgv: ['--import', fromSource] });
  onTestFinished(() => void victim.kill('SIGKILL'));
  return victim;
}
