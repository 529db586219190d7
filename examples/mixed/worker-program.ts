import { createTasker } from '@tasker/engine';
import { allHandlers, type SharedServices } from './all-handlers.ts';

// A worker in a process of its own, for the test that kills it. Says `ready` when it works.
const [
  database = '',
  users = '',
  billing = '',
  preferences = '',
  notifications = '',
  gateway = '',
  url = '',
  token = '',
] = process.argv.slice(2);
const services: SharedServices = {
  registration: { users, billing, preferences, notifications },
  gateway,
  payments: { url, token },
};

await createTasker({
  database,
  migrate: false,
  handlers: await allHandlers(services),
  worker: { leaseMs: 1_000, concurrency: 30 },
});
process.send?.('ready');
