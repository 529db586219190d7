import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { Json, JsonObject, Violation } from '@tasker/contract';
import { isJsonObject, parseJson } from '../json/parse.ts';
import { formatPath } from '../json/path.ts';

/** A JSON Schema with the TypeScript type that its author says it describes; see {@link jsonSchema}. */
export interface TypedJsonSchema<Value> {
  readonly jsonSchema: JsonObject;
  /** Never there: carries the type. */
  readonly '~type'?: Value;
}

/** Whatever describes data: a JSON Schema, or any schema of a Standard Schema library (zod, valibot, arktype …). */
export type SchemaSource = StandardSchemaV1 | TypedJsonSchema<unknown>;

/**
 * A JSON Schema (2020-12) for data of type `Value`.
 *
 * @example defineTask({ name: 'process_order', input: jsonSchema<Order>({ type: 'object', required: ['cart'] }) })
 */
export function jsonSchema<Value = JsonObject>(schema: JsonObject): TypedJsonSchema<Value> {
  return { jsonSchema: schema };
}

/** What a schema accepts: before its defaults. */
export type AcceptedBy<Schema> = Schema extends StandardSchemaV1
  ? Known<StandardSchemaV1.InferInput<Schema>>
  : Schema extends TypedJsonSchema<infer Value>
    ? Known<Value>
    : unknown;

/** What a schema makes of what it accepts: with its defaults. */
export type ProducedBy<Schema> = Schema extends StandardSchemaV1
  ? Known<StandardSchemaV1.InferOutput<Schema>>
  : Schema extends TypedJsonSchema<infer Value>
    ? Known<Value>
    : unknown;

/** A schema for anything (`z.any()`) shall not switch off the compiler for all that comes after it. */
type Known<Value> = 0 extends 1 & Value ? Json : Value;

/**
 * The JSON Schema of a schema, which is stored with the template so that every process, in any language, can check
 * against it. Undefined for a Standard Schema that cannot say: it is checked in the processes that have it.
 */
export function toJsonSchema(source: SchemaSource, side: 'input' | 'output'): JsonObject | undefined {
  if (!isStandardSchema(source)) return source.jsonSchema;
  const standard: StandardSchemaV1.Props & Partial<StandardJSONSchemaV1.Props> = source['~standard'];
  try {
    const schema = standard.jsonSchema?.[side]({ target: 'draft-2020-12' });
    const copy = schema === undefined ? null : parseJson(JSON.stringify(schema));
    return isJsonObject(copy) ? copy : undefined;
  } catch {
    // The standard has converters throw for what JSON Schema has no words for.
    return undefined;
  }
}

/**
 * The JSON Schema of a context. A context is checked and stored as the schema produces it, and may come from a process
 * that knows nothing but the JSON Schema; that one can fill in defaults, but not transform. So a schema that transforms
 * what it accepts has none, and is checked in the processes that have it.
 */
export function toContextSchema(source: SchemaSource): JsonObject | undefined {
  const accepted = toJsonSchema(source, 'input');
  const produced = toJsonSchema(source, 'output');
  const transforms = canonicalise(accepted) !== canonicalise(produced);
  return transforms ? undefined : accepted;
}

/** Without what differs between the two sides of a schema that has defaults, but does not transform. */
function canonicalise(schema: JsonObject | undefined): string | undefined {
  const sides = new Set(['required', 'additionalProperties', 'default']);
  return JSON.stringify(schema, (key, value: unknown) => (sides.has(key) ? undefined : value));
}

export type StandardCheck =
  | { readonly value: unknown; readonly violations?: undefined }
  | { readonly violations: readonly Violation[] };

/** Checks a value against a Standard Schema: the value with defaults and transformations, or every violation. */
export async function checkStandardSchema(schema: StandardSchemaV1, value: unknown): Promise<StandardCheck> {
  const checked = await schema['~standard'].validate(value);
  if (checked.issues === undefined) return { value: checked.value };
  return { violations: checked.issues.map(toViolation) };
}

export function isStandardSchema(source: SchemaSource): source is StandardSchemaV1 {
  return '~standard' in source;
}

export function isSchemaSource(value: unknown): value is SchemaSource {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    ('~standard' in value || 'jsonSchema' in value)
  );
}

function toViolation({ message, path = [] }: StandardSchemaV1.Issue): Violation {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
  return { path: formatPath(keys.map((key) => (typeof key === 'symbol' ? String(key) : key))), message };
}
