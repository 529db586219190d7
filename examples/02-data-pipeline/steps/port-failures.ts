import { PermanentError, RetryableError } from '@tasker/engine';
import { NetworkError, PortTimeout } from '../../shared/port-call.ts';
import { ChannelGone, RateLimited } from '../services/publication.ts';
import { AuthenticationFailed, BadQuery, OutOfMemory } from '../services/source.ts';

/**
 * What a failure of a service means for the step. By its class: what it says of itself is for people, and has been
 * wrong before.
 *
 * @param authCode of the failure when the service does not know us
 */
export function failureAt(service: string, authCode: string, cause: unknown): unknown {
  if (cause instanceof PortTimeout) {
    return new RetryableError(`${service} did not answer in time.`, { errorCode: 'TIMEOUT', cause });
  }
  if (cause instanceof NetworkError) {
    return new RetryableError(`${service} cannot be reached.`, { errorCode: 'CONNECTION_ERROR', cause });
  }
  if (cause instanceof OutOfMemory) {
    return new RetryableError(`${service} ran out of memory.`, { errorCode: 'OUT_OF_MEMORY', cause });
  }
  if (cause instanceof RateLimited) {
    const options = { errorCode: 'RATE_LIMITED', retryAfter: 60, cause };
    return new RetryableError(`${service} wants fewer requests.`, options);
  }
  if (cause instanceof AuthenticationFailed) {
    return new PermanentError(`${service} does not accept our credentials.`, { errorCode: authCode, cause });
  }
  if (cause instanceof BadQuery) {
    const options = { errorCode: 'INVALID_EXTRACTION_QUERY', cause };
    return new PermanentError(`${service} does not understand the question.`, options);
  }
  if (cause instanceof ChannelGone) {
    return new PermanentError(`${service}: ${cause.message}.`, { errorCode: 'CHANNEL_GONE', cause });
  }
  return cause;
}

/** Calls a service; what goes wrong comes out as what it means. */
export async function orFailureAt<Answer>(
  service: string,
  authCode: string,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw failureAt(service, authCode, error);
  }
}
