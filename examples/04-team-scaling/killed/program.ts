import { createTasker } from '@tasker/engine';
import { createServer } from '@tasker/server';
import { supportHandlerFunctions } from '../customer-success/handler-functions.ts';
import { createSupportServices } from '../customer-success/simulated/services.ts';
import { paymentHandlerFunctions } from '../payments/handler-functions.ts';
import { startPaymentServices } from '../payments/simulated/services.ts';
import { awaitedRefund } from './awaited-refund.ts';

// A process of one of the teams, for the test that kills it. Tells its parent where it is, or only that it is ready.
const [role = '', database = '', place = ''] = process.argv.slice(2);
const worker = { leaseMs: 500 };

switch (role) {
  case 'support server':
  case 'payments server': {
    const tasker = await createTasker({ database, migrate: false, worker: false });
    const server = await createServer({ tasker, port: Number(place) });
    await server.start();
    process.send?.(server.url);
    break;
  }
  case 'support worker': {
    const handlers = supportHandlerFunctions(createSupportServices({ url: place, token: 'support-token' }));
    await createTasker({ database, migrate: false, handlers, tasks: [awaitedRefund(place)], worker });
    process.send?.('ready');
    break;
  }
  case 'payments worker': {
    const services = { ...(await startPaymentServices()), gatewayUrl: place };
    await createTasker({ database, migrate: false, handlers: paymentHandlerFunctions(services), worker });
    process.send?.('ready');
    break;
  }
  default:
    throw new Error(`there is no role ${role}`);
}
