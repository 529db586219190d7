import { createTasker } from '@tasker/engine';
import { supportHandlerClasses } from './customer-success/handler-classes.ts';
import { createSupportServices } from './customer-success/simulated/services.ts';

// A worker of the support team for the test that kills it: it never hears that its refund was accepted.
const [database = '', url = ''] = process.argv.slice(2);

await createTasker({
  database,
  handlers: supportHandlerClasses(createSupportServices({ url, token: 'support-token' })),
  worker: { leaseMs: 500 },
});
