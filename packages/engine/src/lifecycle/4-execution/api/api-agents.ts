import type { Agent } from 'undici';
import type { ApiSettings } from './api-config.ts';
import { tlsOptions } from './api-ssl.ts';

/**
 * The connections of one handler, kept open between its requests; a set for every way to make them. Idle ones do not
 * keep the process alive.
 */
export class ApiAgents {
  readonly #agents = new Map<string, Promise<Agent>>();

  for({ ssl, connectTimeoutMs }: ApiSettings): Promise<Agent> {
    const key = JSON.stringify([ssl, connectTimeoutMs]);
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const agent = createAgent(ssl, connectTimeoutMs);
    this.#agents.set(key, agent);
    // a certificate that cannot be read may be there the next time
    agent.catch(() => this.#agents.delete(key));
    return agent;
  }
}

async function createAgent(ssl: ApiSettings['ssl'], connectTimeoutMs: number): Promise<Agent> {
  const [{ Agent }, tls] = await Promise.all([import('undici'), tlsOptions(ssl)]);
  return new Agent({
    connect: { ...tls, timeout: connectTimeoutMs },
    // one time limit over the whole request, kept by `sendRequest`
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
