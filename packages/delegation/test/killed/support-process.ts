import { createTasker } from '@tasker/engine';
import { supportTasks } from './support-tasks.ts';

// A worker of the team that delegates, for the test that kills it.
const [database = '', url = ''] = process.argv.slice(2);

await createTasker({ database, tasks: supportTasks(url), migrate: false, worker: { leaseMs: 500 } });
process.send?.('ready');
