import { createTasker, defineTask } from '@tasker/engine';
import { createServer } from '@tasker/server';

// The Tasker of another team, for the test that kills it: a server with a worker, on a database of its own.
const [database = '', port = '0'] = process.argv.slice(2);

const processRefund = defineTask({ namespace: 'payments', name: 'process_refund', version: '2.1.0' })
  .step('check', { run: ({ input }) => ({ payment: input['payment_id'] ?? null }) })
  .step('refund', { after: ['check'], run: ({ results }) => ({ refunded: results.check.payment }) });

const tasker = await createTasker({ database, tasks: [processRefund], migrate: false, worker: { leaseMs: 500 } });
const server = await createServer({ tasker, port: Number(port) });
await server.start();
process.send?.(server.url);
