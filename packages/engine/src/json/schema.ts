import { createHash } from 'node:crypto';
import type { Json, JsonObject, Violation } from '@tasker/contract';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import canonicalize from 'canonicalize';
import { LRUCache } from 'lru-cache';
import { formatPath, type JsonPath, pathOfPointer } from './path.ts';

/**
 * A schema ready for use. `check` fills the schema's defaults into `data` (in place) and returns every
 * violation, none if the data fits; at most {@link maxViolations}.
 */
export interface CompiledSchema {
  readonly check: (data: Json) => Violation[];
}

/** More violations than anybody reads; a limit, because the data may come from anyone. */
export const maxViolations = 100;

/**
 * Compiles a JSON Schema: 2020-12, or draft-07 where `$schema` says so. Equal schemas are compiled once
 * and shared (the thousand used last are kept).
 *
 * @throws {Error} when it is not a valid schema; the message says why
 */
export function compileSchema(schema: JsonObject): CompiledSchema {
  const known = bySchema.get(schema);
  if (known !== undefined) return known;
  const key = contentHash(schema);
  const shared = byContent.get(key) ?? compile(schema);
  byContent.set(key, shared);
  bySchema.set(schema, shared);
  return shared;
}

/** Why something is no schema, and where in it. */
export interface SchemaFault {
  readonly path: JsonPath;
  /** Continues a sentence that begins with the place: "must be string". */
  readonly message: string;
}

/** Everything that keeps {@link compileSchema} from compiling a schema; empty when it can. */
export function schemaFaults(schema: JsonObject): SchemaFault[] {
  try {
    compileSchema(schema);
    return [];
  } catch (error) {
    const ajv = instanceFor(schema);
    if (ajv.validateSchema(schema) !== true) return faultsOf(ajv.errors ?? [], schema);
    // The form is right, and something in it is not: a reference that leads nowhere, a pattern that is none.
    return [{ path: [], message: error instanceof Error ? error.message : String(error) }];
  }
}

/** The first per place: the others say why no alternative of the language fits either. */
function faultsOf(errors: readonly ErrorObject[], schema: JsonObject): SchemaFault[] {
  const first = new Map<string, SchemaFault>();
  for (const error of errors) {
    const { instancePath } = error;
    if (!first.has(instancePath)) {
      first.set(instancePath, { path: pathOfPointer(instancePath, schema), message: wordsOf(error) });
    }
  }
  return [...first.values()];
}

function wordsOf({ keyword, params, message = 'is not allowed' }: ErrorObject): string {
  const allowed: { readonly allowedValues?: unknown } = params;
  return keyword === 'enum' && Array.isArray(allowed.allowedValues)
    ? `must be one of ${allowed.allowedValues.join(', ')}`
    : message;
}

const byContent = new LRUCache<string, CompiledSchema>({ max: 1_000 });
/** Hashing a schema takes longer than a check; the schema of a plan is the same object every time. */
const bySchema = new WeakMap<JsonObject, CompiledSchema>();

function contentHash(schema: JsonObject): string {
  const canonical = canonicalize(schema) ?? '';
  return createHash('sha256').update(canonical).digest('base64');
}

function compile(schema: JsonObject): CompiledSchema {
  const ajv = instanceFor(schema);
  try {
    const validate = ajv.compile(schema);
    return { check: (data) => violationsOf(validate, data) };
  } finally {
    // The instance would keep every schema it has seen; ours are kept by content, and dropped.
    ajv.removeSchema(schema);
  }
}

function instanceFor(schema: JsonObject): Ajv | Ajv2020 {
  return isDraft7(schema.$schema) ? draft7() : draft2020();
}

function isDraft7(dialect: Json | undefined): boolean {
  return typeof dialect === 'string' && dialect.startsWith('http://json-schema.org/draft-07/');
}

function violationsOf(validate: ValidateFunction, data: Json): Violation[] {
  if (validate(data)) return [];
  const errors = validate.errors ?? [];
  const violations = errors.slice(0, maxViolations).map((error) => violation(error, data));
  const more = errors.length - violations.length;
  return more > 0 ? [...violations, { path: '', message: `has ${more} further violations` }] : violations;
}

// `strict: false`: schemas written for other tools carry keywords of theirs, and the standard says to ignore those.
// `addUsedSchema: false`: two templates may use the same `$id` for different schemas.
const options = { strict: false, allErrors: true, useDefaults: true, addUsedSchema: false } as const;

const draft2020 = once(() => withFormats(new Ajv2020(options)));
const draft7 = once(() => withFormats(new Ajv(options)));

function withFormats<Instance extends Ajv | Ajv2020>(ajv: Instance): Instance {
  formats.default(ajv);
  return ajv;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function violation(error: ErrorObject, data: Json): Violation {
  const path = pathOfPointer(error.instancePath, data);
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case 'required':
      return { path: formatPath([...path, String(params.missingProperty)]), message: 'is required' };
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params.additionalProperty ?? params.unevaluatedProperty);
      return { path: formatPath([...path, key]), message: 'is not a known property' };
    }
    case 'enum':
    case 'const': {
      const allowed = error.keyword === 'enum' ? params.allowedValues : [params.allowedValue];
      return { path: formatPath(path), message: `must be ${oneOf(allowed)}` };
    }
    default:
      return { path: formatPath(path), message: error.message ?? 'is not allowed' };
  }
}

function oneOf(values: unknown): string {
  const list = Array.isArray(values) ? values.map((value) => JSON.stringify(value)) : [];
  return list.length === 1 ? `${list[0]}` : `one of ${list.join(', ')}`;
}
