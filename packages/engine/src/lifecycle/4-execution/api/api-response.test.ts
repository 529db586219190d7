import { describe, expect, it } from 'vitest';
import { isPermanentError, isRetryableError } from '../handler-errors.ts';
import { serialiseError } from '../serialise-error.ts';
import { ApiResponse, describeResponse, isApiResponse } from './api-response.ts';

function responseOf(status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): ApiResponse {
  return new ApiResponse({
    request: 'GET https://api.example.com/orders',
    status,
    headers,
    bytes: typeof body === 'string' ? Buffer.from(body) : body,
  });
}

const json = { 'content-type': 'application/json; charset=utf-8' };

describe('the response of a service', () => {
  it('CORE-111: is kept as status, headers and body', () => {
    expect(JSON.parse(JSON.stringify(responseOf(200, '{"id":7}', { ...json, 'x-request-id': 'r1' })))).toEqual({
      status: 200,
      headers: { ...json, 'x-request-id': 'r1' },
      body: { id: 7 },
    });
    expect(responseOf(204).toJSON()).toEqual({ status: 204, headers: {}, body: null });
  });

  it('is not kept with the cookies of the service', () => {
    expect(responseOf(200, '', { 'set-cookie': 'session=secret', etag: 'e' }).toJSON().headers).toEqual({ etag: 'e' });
  });

  it.each([
    ['application/json', '[1,2]', [1, 2]],
    ['application/problem+json', '{"title":"no"}', { title: 'no' }],
    ['application/json', '{"half":', '{"half":'],
    ['application/json', 'null', null],
    ['text/plain', '{"text":1}', '{"text":1}'],
    ['', 'plain', 'plain'],
    ['application/jsonlines', '1\n2', '1\n2'],
  ])('has its body as data where it is JSON, as text elsewhere: %s %s', (type, body, expected) => {
    expect(responseOf(200, body, { 'content-type': type }).body).toEqual(expected);
  });

  it('has its body in the character set it names, and as base64 where it is no text', () => {
    const latin = Uint8Array.from([0x63, 0x61, 0x66, 0xe9]);
    expect(responseOf(200, latin, { 'content-type': 'text/plain; charset=iso-8859-1' }).body).toBe('café');
    expect(responseOf(200, latin, { 'content-type': 'image/png' }).body).toBe('Y2Fm6Q==');
    expect(responseOf(200, latin, { 'content-type': 'text/plain; charset=nonsense' }).body).toBe('Y2Fm6Q==');
  });

  it('knows of which kind it is', () => {
    const kinds = [200, 302, 404, 429, 503].map((status) => {
      const { ok, isClientError, isServerError, isRetryable, statusCode } = responseOf(status);
      return [statusCode, ok, isClientError, isServerError, isRetryable];
    });
    expect(kinds).toEqual([
      [200, true, false, false, false],
      [302, false, false, false, false],
      [404, false, true, false, false],
      [429, false, true, false, true],
      [503, false, false, true, true],
    ]);
    expect(isApiResponse(responseOf(200))).toBe(true);
    expect([null, 'x', {}, { status: 200 }].some(isApiResponse)).toBe(false);
  });

  it('says when to come back', () => {
    expect(responseOf(503, '', { 'retry-after': '30' }).retryAfter).toBe('30');
    expect(responseOf(503, '', { 'retry-after': 'soon' }).retryAfter).toBeNull();
    expect(responseOf(429).retryAfter).toBe(60);
    expect(responseOf(200, '', { 'retry-after': '30' }).retryAfter).toBeNull();
  });

  it('is passed on when it was a success, and thrown as the failure that it was otherwise', () => {
    const ok = responseOf(200);
    expect(ok.orThrow()).toBe(ok);
    expect(() => responseOf(422, '{"message":"`email` is missing"}', json).orThrow()).toThrow(
      expect.toSatisfy((error: unknown) => isPermanentError(error) && error.errorCode === 'CLIENT_VALIDATION_ERROR'),
    );
    expect(() => responseOf(422, '{"message":"`email` is missing"}', json).orThrow()).toThrow(
      'GET https://api.example.com/orders was answered with 422: `email` is missing',
    );
    expect(() => responseOf(503, '', { 'retry-after': '7' }).orThrow()).toThrow(
      expect.toSatisfy((error: unknown) => isRetryableError(error) && error.retryAfter === '7'),
    );
    expect(() => responseOf(302, '', { location: 'https://other.example.com/' }).orThrow()).toThrow(
      'was redirected to https://other.example.com/, which is not followed',
    );
  });

  it.each([
    ['{"error":"one"}', 'one'],
    ['{"error":{"message":"two","code":2}}', 'two'],
    ['{"detail":"three"}', 'three'],
    ['{"error_message":"four"}', 'four'],
    ['{"error":"","msg":"five"}', 'five'],
    ['{"errors":[]}', undefined],
    ['"text"', undefined],
  ])('tells what the service says of the failure: %s', (body, expected) => {
    expect(responseOf(400, body, json).errorMessage).toBe(expected);
  });

  it('leaves no more in an error than fits, and nothing that is secret', () => {
    const response = responseOf(500, JSON.stringify({ text: 'x'.repeat(100_000) }), {
      ...json,
      'set-cookie': 'session=secret',
      'x-request-id': 'r'.repeat(10_000),
    });
    const record = serialiseError(Object.assign(new Error('x'), { context: describeResponse(response) }));
    expect(record.context).toMatchObject({ status: 500, request: 'GET https://api.example.com/orders' });
    expect(JSON.stringify(record.context).length).toBeLessThan(6_000);
    expect(JSON.stringify(record.context)).not.toContain('session');
  });
});
