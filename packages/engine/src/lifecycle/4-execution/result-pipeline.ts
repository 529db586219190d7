import type { StepContext } from './step-context.ts';

/** One thing that is done to a result before it is kept. */
export type ResultTransform<From, To> = (result: From, context: StepContext) => To;

/**
 * Does one thing after another to a result, for `processResults` of a handler or wherever a result is made.
 *
 * @example resultPipeline(withoutKeys('password', 'api_key'), withMetrics({ execution_time: 'duration' }))
 */
export function resultPipeline<A, B>(first: ResultTransform<A, B>): ResultTransform<A, B>;
export function resultPipeline<A, B, C>(
  first: ResultTransform<A, B>,
  second: ResultTransform<B, C>,
): ResultTransform<A, C>;
export function resultPipeline<A, B, C, D>(
  first: ResultTransform<A, B>,
  second: ResultTransform<B, C>,
  third: ResultTransform<C, D>,
): ResultTransform<A, D>;
export function resultPipeline<A, B, C, D, E>(
  first: ResultTransform<A, B>,
  second: ResultTransform<B, C>,
  third: ResultTransform<C, D>,
  fourth: ResultTransform<D, E>,
): ResultTransform<A, E>;
export function resultPipeline(...transforms: ResultTransform<unknown, unknown>[]): ResultTransform<unknown, unknown> {
  return (result, context) => transforms.reduce((made, transform) => transform(made, context), result);
}

/** A value without the named keys, however deep they lie. */
export type WithoutKeys<Value, Key extends string> = Value extends readonly (infer Item)[]
  ? WithoutKeys<Item, Key>[]
  : Value extends object
    ? { [Own in keyof Value as Own extends Key ? never : Own]: WithoutKeys<Value[Own], Key> }
    : Value;

/** Takes keys out of a result, however deep they lie. Their case counts. */
export function withoutKeys<Key extends string>(
  ...keys: readonly Key[]
): <Value>(result: Value) => WithoutKeys<Value, Key>;
export function withoutKeys(...keys: readonly string[]): (result: unknown) => unknown {
  return (result) => mapObjects(result, (key, value) => (keys.includes(key) ? [] : [[key, value]]));
}

/** What the names of sensitive values have in them. */
export const sensitiveWords: readonly string[] = [
  'passw',
  'secret',
  'token',
  'api_key',
  'apikey',
  'private_key',
  'access_key',
  'crypt',
  'salt',
  'certificate',
  'otp',
  'ssn',
  'cvv',
  'authorization',
];

/**
 * Puts something else in the place of values whose names hold one of the words, in whatever case, however deep they lie.
 *
 * @param words default {@link sensitiveWords}
 * @param mask default `[FILTERED]`
 */
export function filterSensitive(
  words: readonly string[] = sensitiveWords,
  mask = '[FILTERED]',
): (result: unknown) => unknown {
  const lower = words.map((word) => word.toLowerCase());
  const isSensitive = (key: string) => lower.some((word) => key.toLowerCase().includes(word));
  return (result) => mapObjects(result, (key, value) => [[key, isSensitive(key) ? mask : value]]);
}

/** A result with its metrics. */
export type WithMetrics<Value, Name extends string> = Value extends object
  ? Value & { readonly performance_metrics: Readonly<Record<Name, unknown>> }
  : Value;

/**
 * Adds `performance_metrics` to a result: under each name the value that the result has under the given key, null where
 * it has none. A result that is no object stays as it is.
 */
export function withMetrics<Name extends string>(
  metrics: Readonly<Record<Name, string>>,
): <Value>(result: Value) => WithMetrics<Value, Name>;
export function withMetrics(metrics: Readonly<Record<string, string>>): (result: unknown) => unknown {
  return (result) => {
    if (!isPlain(result)) return result;
    const measured = Object.entries(metrics).map(([name, key]) => [name, valueOf(result, key)] as const);
    return { ...result, performance_metrics: Object.fromEntries(measured) };
  };
}

function valueOf(result: object, key: string): unknown {
  return Object.hasOwn(result, key) ? Reflect.get(result, key) : null;
}

type Entries = readonly (readonly [string, unknown])[];

/** Plain objects and lists only: what else there is (a date, say) knows by itself how it is kept. */
function mapObjects(value: unknown, keep: (key: string, value: unknown) => Entries): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => mapObjects(item, keep));
  if (!isPlain(value)) return value;
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(
    entries.flatMap(([key, own]) => keep(key, own)).map(([key, own]) => [key, mapObjects(own, keep)]),
  );
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
