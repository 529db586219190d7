import type { ErrorAnswer } from '@tasker/contract/wire';
import { InvalidInput, PayloadTooLarge, UnsupportedMediaType } from '../errors.ts';
import { type Failure, failureOf } from '../operations/failure.ts';

export function errorAnswer({ code, message, details }: Failure, correlationId: string): ErrorAnswer {
  const hasDetails = Object.keys(details).length > 0;
  return { error: { code, message, ...(hasDetails ? { details } : {}) }, correlation_id: correlationId };
}

/** Seconds after which to try again; undefined: trying again is of no use. */
export function retryAfter({ status, details }: Failure): number | undefined {
  if (status !== 503) return undefined;
  const { retry_after_seconds: seconds } = details;
  return typeof seconds === 'number' ? seconds : 5;
}

/** Also of what Fastify finds wrong with a request before we see it. */
export function httpFailure(error: unknown, bodyLimit: number): Failure {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  if (typeof code !== 'string' || !code.startsWith('FST_ERR_')) return failureOf(error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return failureOf(new PayloadTooLarge(bodyLimit));
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return failureOf(new UnsupportedMediaType('this kind', ['application/json']));
  }
  if (typeof status !== 'number' || status >= 500) return failureOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return failureOf(new InvalidInput([{ path: 'request', message: `cannot be read: ${message}` }]));
}
