import type { IncomingHttpHeaders } from 'node:http';
import { readTraceparent } from '@tasker/contract';
import { correlationIdForm } from '@tasker/contract/wire';
import { InvalidInput } from '../errors.ts';

/**
 * The id that follows a request through logs and answers: what the caller calls it, or the request’s own.
 *
 * @throws {InvalidInput} when what the caller calls it cannot be used
 */
export function correlationIdOf(headers: IncomingHttpHeaders, requestId: string): string {
  const given = headers['x-correlation-id'];
  if (given === undefined) return requestId;
  if (typeof given === 'string' && given.length <= longest && allowed.test(given)) return given;
  throw new InvalidInput([
    {
      path: 'X-Correlation-ID',
      message: `must have 1 to ${longest} letters, digits and _ . : -, and begin with a letter or digit`,
    },
  ]);
}

const longest = correlationIdForm.maxLength;
const allowed = new RegExp(correlationIdForm.pattern);

/** The trace that the caller is in; undefined when none is said, or none that can be read. */
export function traceparentIn({ traceparent }: IncomingHttpHeaders): string | undefined {
  return typeof traceparent === 'string' ? readTraceparent(traceparent) : undefined;
}
