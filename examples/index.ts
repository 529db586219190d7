import * as checkout from './01-checkout/index.ts';

/** All examples, for `tasker dev --tasks`. */
export const templates = [...checkout.templates];
export const handlers = { ...checkout.handlers };
