import type { RequestContext } from '../operations/request-context.ts';
import type { Services } from '../operations/services.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What resolvers work with: made anew for each request, so that nothing is known from another. */
export interface GraphqlContext {
  readonly services: Services;
  readonly request: RequestContext;
  readonly loaders: Loaders;
}

export function createContext(services: Services, request: RequestContext): GraphqlContext {
  return { services, request, loaders: createLoaders(services, request) };
}
