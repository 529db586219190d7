import { errorLine } from './error-line.ts';

export interface ListenPlace {
  readonly host: string;
  readonly port: number;
}

/**
 * Why nobody can listen there, in our words; any other error comes back as it is.
 *
 * @param remedy how another port is named
 */
export function listenFault(cause: unknown, { host, port }: ListenPlace, remedy: string): unknown {
  if (!(cause instanceof Error && 'code' in cause && 'syscall' in cause)) return cause;
  const message =
    cause.code === 'EADDRINUSE'
      ? `Port ${port} of ${host} is taken. Name another with ${remedy}.`
      : `Nobody can listen on ${host}, port ${port}: ${errorLine(cause)}. Name another place with ${remedy}.`;
  return new Error(message, { cause });
}
