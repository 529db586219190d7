import { type TSchema, Type } from 'typebox';
import type { Json, JsonObject } from '../json.ts';

/** What the resources are made of. */

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** Any JSON value. */
export const jsonSchema = Type.Unsafe<Json>({ description: 'Any JSON value.' });

export const jsonObjectSchema = Type.Unsafe<JsonObject>({ type: 'object', description: 'Any JSON object.' });

/** ISO 8601, in UTC. */
export const timeSchema = Type.String({ format: 'date-time', description: 'ISO 8601, in UTC.' });

export const uuidSchema = Type.String({ format: 'uuid' });

/** Of a template or namespace. */
export const nameSchema = Type.String({ minLength: 1, maxLength: 64 });

export const versionSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'A semantic version, or `latest`: the highest.',
});

/** The form of a correlation id. */
export const correlationIdForm = { pattern: '^[A-Za-z0-9][A-Za-z0-9_.:-]*$', maxLength: 100 } as const;

export const correlationIdSchema = Type.String({
  minLength: 1,
  ...correlationIdForm,
  description: 'Follows a task through every step and into other systems.',
});

export const pageSizeSchema = Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Size of the page.' });

export const offsetSchema = Type.Integer({
  minimum: 0,
  maximum: 10_000,
  default: 0,
  description: 'Passes over so many. Prefer `cursor`, whose pages neither skip nor repeat.',
});

/** A number of things. */
export const countSchema = Type.Integer({ minimum: 0 });
