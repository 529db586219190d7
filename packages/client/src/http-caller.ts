import type { ClientSettings } from './client-options.ts';
import { clientError } from './errors.ts';
import { listenOverHttp } from './listen.ts';
import type { Caller, OperationName, OutputOf } from './operations.ts';
import { routes } from './routes.ts';
import { parseJson, sendRequest, type WireRequest } from './send-request.ts';

/** Carries operations to a server. */
export function createHttpCaller(settings: ClientSettings): Caller {
  return {
    async call(name, input, { signal, headers } = {}) {
      const request = encode(name, input);
      const { text } = await sendRequest(settings, { ...request, signal, headers: { ...request.headers, ...headers } });
      return decode(name, text);
    },
    listen: (subscription) => listenOverHttp(settings, subscription),
  };
}

/** A request for an operation: what stands in the path, and the rest in the query or the body. */
function encode(name: OperationName, input: object): WireRequest {
  const { method, path, repeatable, answers } = routes[name];
  const rest = new Map<string, unknown>(Object.entries(input).filter(([, value]) => value !== undefined));
  const filled = path.replace(/\{(\w+)\}/g, (_, property: string) => {
    const value = rest.get(property);
    rest.delete(property);
    return encodeSegment(property, value);
  });
  if (method === 'GET') return { method, path: filled + queryOf(rest), repeatable, answers };
  const key = rest.get('idempotency_key');
  return {
    method,
    path: filled,
    body: written(name, Object.fromEntries(rest)),
    repeatable: repeatable || typeof key === 'string',
    ...(typeof key === 'string' && isHeaderText(key) ? { headers: { 'idempotency-key': key } } : {}),
  };
}

/** Of an empty one, and of dots alone, the server would make another path. */
function encodeSegment(property: string, value: unknown): string {
  if (typeof value === 'string' && !['', '.', '..'].includes(value)) return encodeURIComponent(value);
  throw clientError({
    code: 'INVALID_REQUEST',
    message: `\`${property}\` ${value === undefined || value === '' ? 'must not be empty' : `cannot be ${JSON.stringify(value)}`}.`,
    details: { field: property },
  });
}

function queryOf(values: ReadonlyMap<string, unknown>): string {
  const query = new URLSearchParams([...values].map(([key, value]): [string, string] => [key, textOf(key, value)]));
  return query.size === 0 ? '' : `?${query}`;
}

/** What may be any JSON goes as such: a text is another value than the number it looks like. */
function textOf(key: string, value: unknown): string {
  return typeof value === 'string' && key !== 'annotation_value' ? value : JSON.stringify(value);
}

/** Found out here, or it would look as if the server could not be reached. */
function written(name: OperationName, input: object): string {
  try {
    return JSON.stringify(input);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw clientError({
      code: 'NOT_SERIALISABLE',
      message: `What ${name} was given cannot be written as JSON: ${reason}.`,
      cause,
    });
  }
}

/** Other keys go in the body alone. */
function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** The one place where an answer is believed to be what its operation answers. */
function decode<Name extends OperationName>(name: Name, text: string): OutputOf<Name>;
function decode(name: OperationName, text: string): unknown {
  const answer = parseJson(text);
  if (typeof answer === 'object' && answer !== null) return answer;
  throw clientError({
    code: 'UNEXPECTED_ANSWER',
    message: `The answer to ${name} is not JSON. Check that the URL leads to Tasker.`,
  });
}
