import { createTasker, findSteps, listTasks } from '@tasker/engine';
import { seededRandom } from '@tasker/engine/testing';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachDatabase } from '../../packages/engine/test/servers/databases.ts';
import { allHandlers } from './all-handlers.ts';
import { allTemplates } from './all-templates.ts';
import { startSharedServices } from './shared-services.ts';
import { mixTasks } from './task-mix.ts';

const seed = 20_300_101;

describeEachDatabase((kind) => {
  it(`all examples at once on one database, in random order, keep to themselves (seed ${seed})`, async () => {
    const { db } = await kind.fresh();
    const { shared, registration, payments, serve } = await startSharedServices();
    const tasker = await createTasker({ database: db, templates: allTemplates, handlers: await allHandlers(shared) });
    onTestFinished(() => tasker.stop());
    await serve(tasker);
    const expected = mixTasks(68, seededRandom(seed));
    const tasks = await Promise.all(expected.map(({ request }) => tasker.submit(request)));
    const outcomes = await Promise.all(tasks.map((task) => task.completed({ timeoutMs: 40_000 })));
    for (const [index, task] of tasks.entries()) {
      const { request, status, failedStep } = expected[index] ?? {};
      const failed = (await findSteps(db, [task.id])).filter(({ failedForGood }) => failedForGood);
      expect([request?.context, outcomes[index]?.status, failed.map(({ name }) => name)]).toEqual([
        request?.context,
        status,
        failedStep === undefined ? [] : [failedStep],
      ]);
      // the handlers of a namespace ran for its tasks and for no others
      const namespaces = new Set((await findSteps(db, [task.id])).map(({ namespace }) => namespace));
      expect([...namespaces]).toEqual([request?.namespace]);
    }
    const users = expected.filter(({ request }) => request.namespace === 'microservices');
    expect(registration.users.accounts).toHaveLength(users.length);
    // the support team's refunds became tasks of the payments team
    const { tasks: refunds } = await listTasks(db, { namespace: 'payments', initiator: 'customer_success' });
    expect(refunds).toHaveLength(4);
    for (const { taskId } of refunds) expect((await tasker.task(taskId).completed()).status).toBe('complete');
    expect(payments.faults.callCount('gateway.refund')).toBe(8);
  });
});
