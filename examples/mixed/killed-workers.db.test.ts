import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTasker, findSteps, listTasks, type TemplateDocument } from '@tasker/engine';
import { seededRandom } from '@tasker/engine/testing';
import { expect, it, onTestFinished } from 'vitest';
import { databases } from '../../packages/engine/test/servers/databases.ts';
import type { SharedServices } from './all-handlers.ts';
import { allTemplates } from './all-templates.ts';
import { startSharedServices } from './shared-services.ts';
import { mixTasks } from './task-mix.ts';

const seed = 7;
const killsAfter = [50, 250, 450, 650];

// One kind of server is as good as another.
it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  `a thousand tasks of all examples end as their inputs say, while workers are killed (seed ${seed}), on $name`,
  async (kind) => {
    const { db, url } = await kind.fresh();
    const { shared, registration, payments, serve } = await startSharedServices();
    const templates = allTemplates.map(patient);
    const tasker = await createTasker({ database: db, templates, worker: false });
    onTestFinished(() => tasker.stop());
    await serve(tasker);
    const addWorker = () => startWorker(url, shared);
    const workers = await Promise.all([addWorker(), addWorker()]);

    const expected = mixTasks(1_000, seededRandom(seed));
    const tasks = await tasker.submitMany(expected.map(({ request }) => request));
    let ended = 0;
    let replaced: Promise<unknown> = Promise.resolve();
    const outcomes = await Promise.all(
      tasks.map(async (task) => {
        const { status } = await task.completed({ timeoutMs: 150_000 });
        ended += 1;
        if (killsAfter.includes(ended)) {
          workers.shift()?.kill('SIGKILL');
          replaced = Promise.all([replaced, addWorker().then((worker) => workers.push(worker))]);
        }
        return status;
      }),
    );
    await replaced;
    const wrong = tasks.filter((_, index) => outcomes[index] !== expected[index]?.status);
    const steps = await findSteps(
      db,
      wrong.map(({ id }) => id),
    );
    expect(steps.flatMap(({ name, error }) => (error === null ? [] : { name, error }))).toEqual([]);
    expect(wrong).toEqual([]);
    const [lost] = await db.query<{ count: number }>({
      text: `select count(*)::int as count from tasker.attempt where error ->> 'code' = 'WORKER_LOST'`,
    });
    expect(lost?.count).toBeGreaterThan(0);
    // what was done twice was noticed: one account a user, one refund a payment
    const users = expected.filter(({ request }) => request.namespace === 'microservices');
    expect(registration.users.accounts).toHaveLength(users.length);
    const { tasks: refunds } = await listTasks(
      db,
      { namespace: 'payments', initiator: 'customer_success' },
      { limit: 100 },
    );
    const tickets = expected.filter(
      ({ request, status }) => request.namespace === 'customer_success' && status === 'complete',
    );
    expect(refunds).toHaveLength(tickets.length);
    for (const { taskId } of refunds) {
      expect((await tasker.task(taskId).completed({ timeoutMs: 60_000 })).status).toBe('complete');
    }
    const paid = expected.filter(({ request, status }) => request.namespace === 'payments' && status === 'complete');
    expect(paid.map(({ request }) => payments.gateway.refundedOf(paymentOf(request.context)))).toEqual(
      Array<number>(paid.length).fill(1_000),
    );
  },
  180_000,
);

/** As many attempts as it takes: a worker that is killed costs one. The inputs decide, and no attempt too few. */
function patient(document: TemplateDocument): TemplateDocument {
  const steps = (document.steps ?? []).map((step) => ({
    ...step,
    retry: { ...step.retry, max_attempts: 100, backoff_base_ms: 20, max_backoff_ms: 200 },
  }));
  return { ...document, steps };
}

async function startWorker(
  database: string,
  { registration, gateway, payments }: SharedServices,
): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('worker-program.ts', import.meta.url));
  const fromSource = new URL('../../scripts/from-source.mjs', import.meta.url).href;
  const { users, billing, preferences, notifications } = registration;
  const services = [users, billing, preferences, notifications, gateway, payments.url, payments.token];
  const worker = fork(program, [database, ...services], { execArgv: ['--import', fromSource] });
  onTestFinished(() => void worker.kill('SIGKILL'));
  await once(worker, 'message');
  return worker;
}

function paymentOf(context: unknown): string {
  return typeof context === 'object' && context !== null ? String(Reflect.get(context, 'payment_id')) : '';
}
