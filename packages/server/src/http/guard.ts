import type { IncomingHttpHeaders } from 'node:http';
import { ForeignRequest } from '../errors.ts';

export interface GuardOptions {
  /** Names that the server answers to; undefined: any. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** Origins whose pages may send commands. */
  readonly origins: ReadonlySet<string> | 'any';
}

/**
 * Keeps web pages of strangers from using a server that only listens to its own machine through the browser of whoever
 * works there: names that lead here are refused unless they are ours, and commands from other origins always.
 *
 * @throws {ForeignRequest}
 */
export function guard(method: string, headers: IncomingHttpHeaders, { hosts, origins }: GuardOptions): void {
  const host = headers.host ?? '';
  if (hosts !== undefined && !hosts.has(hostName(host))) {
    throw new ForeignRequest(
      `This server answers to ${[...hosts].join(', ')}, not to ${JSON.stringify(host)}. Use one of these names.`,
    );
  }
  const { origin } = headers;
  if (origin === undefined || safeMethods.has(method) || origins === 'any' || origins.has(origin)) return;
  if (origin === `http://${host}` || origin === `https://${host}`) return;
  throw new ForeignRequest(
    `Pages of ${JSON.stringify(origin)} may not send commands to this server. Allow the origin in its CORS settings.`,
  );
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Without the port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}
