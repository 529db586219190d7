import type { JsonObject } from '@tasker/contract';
import { eventStream } from '../operations/follow-events.ts';
import { type DescribedRoute, openApi } from './openapi/openapi.ts';
import { routes } from './routes.ts';

/** The reference of everything under the prefix. */
export function reference(prefix: string): JsonObject {
  return openApi([...routes, events], prefix);
}

const events: DescribedRoute = {
  method: 'GET',
  path: '/events',
  operation: eventStream,
  streamed: true,
  successes: {
    200: 'A stream of Server-Sent Events. Each message is an event; one named `reset` says that what was missed is not known any more.',
  },
};
