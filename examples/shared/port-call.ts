import type { Clock } from '@tasker/engine';
import { pause } from './pause.ts';

/** The service could not be reached, or broke the connection. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** The service did not answer in time. */
export class PortTimeout extends Error {
  override readonly name = 'PortTimeout';
}

export interface PortCallLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Of the attempt: ends the call when the attempt is over. */
  readonly signal: AbortSignal;
}

/**
 * Calls a service and waits so long for its answer, no longer. The service gets a signal that is aborted then.
 *
 * @throws {PortTimeout}
 */
export async function callPort<Answer>(
  call: (signal: AbortSignal) => Promise<Answer>,
  { clock, timeoutMs, signal }: PortCallLimits,
): Promise<Answer> {
  const answered = new AbortController();
  const abandoned = new AbortController();
  const timeout = pause(clock, timeoutMs, AbortSignal.any([signal, answered.signal])).then(() => {
    throw new PortTimeout(`no answer within ${timeoutMs} ms`);
  });
  // The loser of the race ends in silence.
  timeout.catch(() => undefined);
  try {
    return await Promise.race([call(AbortSignal.any([signal, abandoned.signal])), timeout]);
  } catch (error) {
    abandoned.abort(error);
    throw error;
  } finally {
    answered.abort();
  }
}
