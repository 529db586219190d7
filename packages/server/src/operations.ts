/** What can be done, without what carries it: for programs that do it in their own process. */
export { invoke } from './operations/invoke.ts';
export type { Operation } from './operations/operation.ts';
export { operations } from './operations/operations.ts';
export type { RequestContext } from './operations/request-context.ts';
export { createServices, type Services, type ServicesOptions } from './operations/services.ts';
