import { createTasker } from '@tasker/engine';
import { checkoutHandlerClasses } from './handler-classes.ts';
import type { PaymentGateway } from './services/payments.ts';
import { createSimulatedServices } from './simulated/services.ts';
import { processOrder } from './template.ts';

// A worker for the test that kills it: its parent process makes the payments, and never gets to answer.
const [database = ''] = process.argv.slice(2);
const payments: PaymentGateway = {
  charge: (request) => new Promise(() => process.send?.(request)),
};

await createTasker({
  database,
  tasks: [processOrder],
  handlers: checkoutHandlerClasses({ ...createSimulatedServices(), payments }),
  worker: { leaseMs: 500 },
});
