import * as checkout from './01-checkout/index.ts';
import * as dataPipeline from './02-data-pipeline/index.ts';
import * as microservices from './03-microservices/index.ts';
import * as teamScaling from './04-team-scaling/index.ts';

const examples = [checkout, dataPipeline, microservices, teamScaling];

/** All examples, for `tasker dev --tasks`. */
export const { processOrder } = checkout;
export const templates = [dataPipeline, microservices].flatMap((example) => example.templates);
export const handlers = Object.fromEntries(examples.flatMap((example) => Object.entries(example.handlers)));
