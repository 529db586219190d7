import type { Violation } from '@tasker/contract';
import type { TSchema } from 'typebox';
import { InvalidInput } from '../errors.ts';
import type { Route } from './route.ts';

/** What of a request says what is to be done. */
export interface RequestParts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Undefined: there was none. */
  readonly body: unknown;
}

/**
 * The input of a route’s operation: what the path names, the query (of GET and DELETE), the body, and the headers that
 * count. Whether it fits is for the operation to say.
 *
 * @throws {InvalidInput} where parts contradict each other
 */
export function readInput(route: Route, { params, query, headers, body }: RequestParts): object {
  const takesQuery = route.method === 'GET' || route.method === 'DELETE';
  const [stray] = takesQuery ? [] : Object.keys(query);
  if (stray !== undefined)
    throw refusal(stray, `stands in the query, which ${route.method} does not read; send it in the body`);
  // what `{ ...body }` makes is slow to add to in Node 20
  const input: Record<string, unknown> = {};
  Object.assign(input, bodyOf(route, body));
  add(input, params);
  if (takesQuery) add(input, typed(query, route.operation.input));
  if (route.headers !== undefined) add(input, named(route.headers, headers));
  if (route.defaultHeaders === undefined) return input;
  for (const [name, value] of Object.entries(named(route.defaultHeaders, headers))) {
    if (!Object.hasOwn(input, name)) input[name] = value;
  }
  return input;
}

function add(input: Record<string, unknown>, part: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(part)) {
    if (Object.hasOwn(input, name) && input[name] !== value) {
      throw refusal(name, 'is given twice, with different values; give it once');
    }
    input[name] = value;
  }
}

function bodyOf({ wrapper }: Route, body: unknown): object {
  if (body === undefined) return {};
  if (!isObject(body)) throw refusal('body', 'must be an object');
  if (wrapper === undefined || !Object.hasOwn(body, wrapper)) return body;
  const { [wrapper]: wrapped, ...others }: Record<string, unknown> = { ...body };
  const [stray] = Object.keys(others);
  if (stray !== undefined)
    throw refusal(stray, `stands beside \`${wrapper}\`; put it inside, or leave \`${wrapper}\` out`);
  if (!isObject(wrapped)) throw refusal(wrapper, 'must be an object');
  return wrapped;
}

function named(names: Readonly<Record<string, string>>, headers: RequestParts['headers']): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const header in names) {
    const name = names[header];
    if (name !== undefined && headers[header] !== undefined) found[name] = headers[header];
  }
  return found;
}

/** Everything in a query is text; what the schema says is a number or a truth value is made one, if it can be. */
function typed(query: RequestParts['query'], schema: TSchema): Record<string, unknown> {
  const repeated: Violation[] = Object.entries(query).flatMap(([name, value]) =>
    Array.isArray(value) ? [{ path: name, message: 'is given more than once; give it once' }] : [],
  );
  if (repeated.length > 0) throw new InvalidInput(repeated);
  return Object.fromEntries(
    Object.entries(query).map(([name, text]) => [name, typedValue(text, propertyOf(schema, name))]),
  );
}

function typedValue(text: unknown, property: object | undefined): unknown {
  if (typeof text !== 'string' || property === undefined) return text;
  const type: unknown = Reflect.get(property, 'type');
  if (isAnything(property)) return jsonOrText(text);
  if ((type === 'integer' || type === 'number') && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === 'boolean') return truthValues.get(text.toLowerCase()) ?? text;
  return text;
}

const truthValues: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', '1', 'yes', 'on'].map((text) => [text, true] as const),
  ...['false', 'f', '0', 'no', 'off', ''].map((text) => [text, false] as const),
]);

function propertyOf(schema: TSchema, name: string): object | undefined {
  const properties: unknown = Reflect.get(schema, 'properties');
  const property: unknown = isObject(properties) ? Reflect.get(properties, name) : undefined;
  return isObject(property) ? property : undefined;
}

/** The schema of any JSON value demands nothing. */
const isAnything = (property: object) => !['type', 'enum', 'anyOf', 'const'].some((key) => key in property);

/** `1` is a number, `"1"` and `red` are texts. */
function jsonOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? text : value;
  } catch {
    return text;
  }
}

const refusal = (path: string, message: string) => new InvalidInput([{ path, message }]);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
