import { NetworkError, PortTimeout } from '../shared/port-call.ts';
import { RateLimited } from './services/publication.ts';
import { AuthenticationFailed, BadQuery, OutOfMemory } from './services/source.ts';
import { failureAt } from './steps/port-failures.ts';

/** What a request may name in `simulate.<step>.error`, besides what all examples know. */
export const pipelineErrors: Readonly<Record<string, (step: string) => Error>> = {
  timeout: (step) => at(step, new PortTimeout('simulated')),
  connection: (step) => at(step, new NetworkError('simulated')),
  auth: (step) => at(step, new AuthenticationFailed('simulated')),
  out_of_memory: (step) => at(step, new OutOfMemory('simulated')),
  rate_limited: (step) => at(step, new RateLimited('simulated')),
  bad_query: (step) => at(step, new BadQuery('simulated')),
};

const authCodes: Readonly<Record<string, string>> = {
  extract_users: 'CRM_AUTH_FAILED',
  extract_products: 'INVENTORY_AUTH_FAILED',
  update_dashboard: 'DASHBOARD_AUTH_FAILED',
};

function at(step: string, cause: Error): Error {
  const failure = failureAt(`The service of ${step}`, authCodes[step] ?? 'AUTH_ERROR', cause);
  return failure instanceof Error ? failure : cause;
}
