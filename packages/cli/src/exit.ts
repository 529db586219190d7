import { errorCatalogue } from '@tasker/contract';

/** What the command tells the shell. */
export const exitCodes = {
  done: 0,
  /** The message says what to do. */
  failed: 1,
  usage: 2,
  taskInError: 3,
  notFound: 4,
  notAllowed: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command was not used as it can be; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'INVALID_REQUEST';
}

/** Errors of the engine are told by their code in the catalogue, so that the engine need not be loaded to look. */
export function exitCodeOf(error: unknown): ExitCode {
  return exitCodeByStatus.get(statusOf(error)) ?? exitCodes.failed;
}

const exitCodeByStatus = new Map<number | undefined, ExitCode>([
  [400, exitCodes.usage],
  [401, exitCodes.notAllowed],
  [403, exitCodes.notAllowed],
  [404, exitCodes.notFound],
]);

function statusOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return Object.entries(errorCatalogue).find(([known]) => known === code)?.[1].status;
}
