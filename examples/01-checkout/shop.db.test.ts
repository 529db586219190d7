import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTasker } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { databases, type TestDatabaseKind } from '../../packages/engine/test/servers/databases.ts';
import { baseOrder, orderOf, paidWith } from './base-order.ts';
import { checkoutHandlerClasses } from './handler-classes.ts';
import { createShop } from './shop.ts';
import { createShopServer } from './shop-server.ts';
import { createSimulatedServices } from './simulated/services.ts';
import { processOrder } from './template.ts';

it.each(databases.slice(0, 1))('the shop takes orders, tells how they are and retries them, on $name', async (kind) => {
  const { ask, tasker } = await open(kind);
  const placed = await ask('POST', '/demo/orders', baseOrder);
  expect(placed.status).toBe(201);
  const id = String(placed.body['task_id']);
  expect(placed.body).toEqual({ task_id: id, status: 'pending', checkout_url: `/demo/orders/${id}` });
  await tasker.task(id).completed({ timeoutMs: 20_000 });

  const shown = await ask('GET', `/demo/orders/${id}`);
  expect(shown.body).toMatchObject({
    status: 'complete',
    progress: '5 of 5',
    order_number: expect.stringMatching(/^ORD-/),
    last_error: null,
  });
  const workflow = await ask('GET', `/demo/orders/${id}/workflow`);
  expect(workflow.body).toMatchObject({
    steps: expect.arrayContaining([
      expect.objectContaining({
        name: 'process_payment',
        status: 'complete',
        attempts: 1,
        depends_on: ['validate_cart'],
      }),
    ]),
  });
  expect(await ask('POST', `/demo/orders/${id}/retry`)).toMatchObject({ status: 409 });
  expect(await ask('POST', '/demo/orders', baseOrder)).toMatchObject({ status: 409, body: { task_id: id } });

  const declined = String((await ask('POST', '/demo/orders', paidWith('tok_test_declined'))).body['task_id']);
  await tasker.task(declined).completed({ timeoutMs: 20_000 });
  expect((await ask('GET', `/demo/orders/${declined}`)).body).toMatchObject({
    status: 'error',
    last_error: { step: 'process_payment', code: 'PAYMENT_DECLINED' },
  });
  expect(await ask('POST', `/demo/orders/${declined}/retry`)).toMatchObject({ status: 200 });
});

it.each(databases.slice(0, 1))('the shop refuses what is no order and names the fields, on $name', async (kind) => {
  const { ask } = await open(kind);
  const { customer_info: _, ...anonymous } = baseOrder;
  expect(await ask('POST', '/demo/orders', anonymous)).toEqual({
    status: 400,
    body: { errors: [{ field: 'customer_info', message: 'is required' }] },
  });
  expect(await ask('POST', '/demo/orders', 'nonsense')).toMatchObject({ status: 400 });
  for (const path of [
    '/demo/orders/none',
    '/demo/orders/01a1f779-346e-76a1-9ee7-0b5664f00000/workflow',
    '/elsewhere',
  ]) {
    expect(await ask('GET', path)).toMatchObject({ status: 404 });
  }
});

it.each(databases.slice(0, 1))('the shop knows who paid and got nothing, on $name', async (kind) => {
  const { ask, tasker, services } = await open(kind);
  const id = String((await ask('POST', '/demo/orders', orderOf(3, 1, 27.58))).body['task_id']);
  services.faults.stubResponse('inventory.reserve', { status: 'product_not_found', product_id: 3 });
  await tasker.task(id).completed({ timeoutMs: 20_000 });
  const { body } = await ask('GET', '/demo/orders/paid-not-shipped');
  expect(body).toEqual({
    orders: [{ task_id: id, payment_id: expect.stringMatching(/^pay_/), stands: 'paid, not shipped' }],
  });
});

async function open(kind: TestDatabaseKind) {
  const { db } = await kind.fresh();
  const services = createSimulatedServices();
  const tasker = await createTasker({
    database: db,
    tasks: [processOrder],
    handlers: checkoutHandlerClasses(services),
  });
  const server = createShopServer(createShop(tasker)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await tasker.stop();
  });
  const { port } = server.address() as AddressInfo;
  return {
    services,
    tasker,
    ask: async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}
