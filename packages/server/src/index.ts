export { InvalidInput, NamespaceNotFound } from './errors.ts';
export type { Health, HealthOptions } from './health/health.ts';
export { invoke } from './operations/invoke.ts';
export type { Operation } from './operations/operation.ts';
export { operations } from './operations/operations.ts';
export { type Authorizer, allowEverything, type Permission, permissions } from './operations/permission.ts';
export type { Principal, RequestContext } from './operations/request-context.ts';
export { createServices, type Services, type ServicesOptions } from './operations/services.ts';
