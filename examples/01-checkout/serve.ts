import { once } from 'node:events';
import { createTasker } from '@tasker/engine';
import { handlers, processOrder } from './index.ts';
import { createShop } from './shop.ts';
import { createShopServer } from './shop-server.ts';

// The checkout as a program: the shop's HTTP server and a worker in one process.
const tasker = await createTasker({ tasks: [processOrder], handlers, replaceTemplates: true });
const server = createShopServer(createShop(tasker)).listen(Number(process.env['PORT'] ?? 3001), '127.0.0.1');
await once(server, 'listening');
console.log(`The shop is open: POST http://127.0.0.1:${process.env['PORT'] ?? 3001}/demo/orders. Ctrl-C closes it.`);
await once(process, 'SIGINT');
server.close();
await tasker.stop();
