import { createTasker, systemClock } from '@tasker/engine';
import { registrationHandlerClasses } from './handler-classes.ts';
import { userRegistrationTemplate } from './template.ts';

// A worker for the test that kills it: the user service never tells it that the account was made.
const [database = '', users = ''] = process.argv.slice(2);
const urls = { users, billing: users, preferences: users, notifications: users };

await createTasker({
  database,
  templates: [userRegistrationTemplate],
  handlers: registrationHandlerClasses({ urls, announcer: { announce: () => undefined }, clock: systemClock }),
  worker: { leaseMs: 500 },
});
