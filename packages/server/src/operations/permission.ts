import type { RequestContext } from './request-context.ts';

/** What somebody may be allowed to do. */
export const permissions = [
  'tasks:read',
  'tasks:create',
  'tasks:update',
  'tasks:cancel',
  'tasks:retry',
  'steps:read',
  'steps:update',
  'steps:cancel',
  'steps:retry',
  'steps:resolve',
  'steps:skip',
  'templates:read',
  'templates:register',
  'handlers:read',
  'workers:read',
  'namespaces:read',
  'events:read',
  'health:read',
  'metrics:read',
] as const;
export type Permission = (typeof permissions)[number];

export interface Authorizer {
  /** Throws (UNAUTHENTICATED, FORBIDDEN) when whoever makes the request may not. */
  authorize(permission: Permission, request: RequestContext): void | Promise<void>;
}

/** Until there is authentication, whoever reaches the server may do everything. */
export const allowEverything: Authorizer = { authorize: () => undefined };
