import * as checkout from './01-checkout/index.ts';
import * as dataPipeline from './02-data-pipeline/index.ts';
import * as microservices from './03-microservices/index.ts';
import * as teamScaling from './04-team-scaling/index.ts';
import * as errorsAndRetries from './errors-and-retries/index.ts';
import * as orderFulfilment from './order-fulfilment/index.ts';
import * as shapes from './shapes/index.ts';

const examples = [dataPipeline, microservices, teamScaling, shapes, orderFulfilment, errorsAndRetries];

/** All examples, for `tasker dev --tasks`. */
export const { processOrder } = checkout;
export const templates = examples.flatMap((example) => example.templates);
export const handlers = Object.fromEntries(
  [checkout, ...examples].flatMap((example) => Object.entries(example.handlers)),
);
