import type { RequestContext } from './operations/request-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, and by which request: what every surface hands to operations. */
    context: RequestContext;
  }
}
