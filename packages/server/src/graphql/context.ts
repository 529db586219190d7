import type { RequestContext } from '../operations/request-context.ts';
import type { Services } from '../operations/services.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What resolvers work with: made anew for each request, so that nothing is known from another. */
export interface GraphqlContext {
  readonly services: Services;
  readonly request: RequestContext;
  readonly loaders: Loaders;
  /** The stream that is to be answered with, if one is. */
  readonly live: LiveStream | undefined;
}

export interface LiveStream {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Of the last message that a client has which comes back by itself. */
  readonly lastEventId: string | undefined;
}

export function createContext(services: Services, request: RequestContext, live?: LiveStream): GraphqlContext {
  return { services, request, loaders: createLoaders(services, request), live };
}
