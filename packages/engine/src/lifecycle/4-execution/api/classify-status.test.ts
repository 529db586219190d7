import { describe, expect, it } from 'vitest';
import { classifyStatus, errorTypeOf } from './classify-status.ts';

const all = Array.from({ length: 500 }, (_, index) => index + 100);

/** What each of the codes 100 to 599 is expected to be: what is not named here by its class. */
function expectedOf(status: number): { readonly kind: string; readonly code?: string; readonly retryAfter?: number } {
  if (status >= 200 && status <= 299) return { kind: 'ok' };
  if (status >= 300 && status <= 399) return { kind: 'permanent', code: 'UNEXPECTED_REDIRECT' };
  switch (status) {
    case 400:
    case 422:
      return { kind: 'permanent', code: 'CLIENT_VALIDATION_ERROR' };
    case 401:
    case 403:
      return { kind: 'permanent', code: 'AUTH_ERROR' };
    case 404:
      return { kind: 'permanent', code: 'RESOURCE_NOT_FOUND' };
    case 408:
      return { kind: 'retryable', code: 'TIMEOUT' };
    case 409:
      return { kind: 'conflict', code: 'CONFLICT' };
    case 425:
      return { kind: 'retryable', code: 'HTTP_425' };
    case 429:
      return { kind: 'retryable', code: 'RATE_LIMITED', retryAfter: 60 };
  }
  return { kind: status >= 400 && status <= 499 ? 'permanent' : 'retryable', code: `HTTP_${status}` };
}

describe('the status of a response', () => {
  it('CORE-109, TC-44: decides what becomes of the attempt, for all codes from 100 to 599', () => {
    expect(all.map((status) => [status, classifyStatus(status)])).toEqual(
      all.map((status) => [status, expectedOf(status)]),
    );
  });

  it.each(['30', '2.5', 'Fri, 20 Nov 2026 12:01:00 GMT'])(
    'CORE-109, TC-45: is tried again when the server says, where it may be: %s',
    (retryAfter) => {
      const waits = all.filter((status) => 'retryAfter' in classifyStatus(status, retryAfter));
      expect(waits).toEqual(all.filter((status) => expectedOf(status).kind === 'retryable'));
      expect(classifyStatus(503, retryAfter)).toEqual({ kind: 'retryable', code: 'HTTP_503', retryAfter });
      expect(classifyStatus(429, retryAfter)).toMatchObject({ retryAfter });
    },
  );

  it('CORE-57: is tried again as the policy says when nobody can read what the server says, after a minute for 429', () => {
    expect(classifyStatus(503, 'soon')).toEqual({ kind: 'retryable', code: 'HTTP_503' });
    expect(classifyStatus(429, 'soon')).toMatchObject({ retryAfter: 60 });
  });

  it('has a word for the failure that is made of it', () => {
    expect([400, 404, 418, 429, 500, 504, 599, 302].map(errorTypeOf)).toEqual([
      'bad_request',
      'not_found',
      'client_error',
      'rate_limited',
      'internal_server_error',
      'gateway_timeout',
      'server_error',
      'http_error',
    ]);
  });
});
