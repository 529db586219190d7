import type { Json } from '@tasker/contract';
import type { TSchema } from 'typebox';

/** A JSON Schema, as far as the reference looks into it. */
export interface Schema {
  readonly [keyword: string]: Json | Schema | readonly Schema[] | Readonly<Record<string, Schema>> | undefined;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly default?: Json;
  readonly minimum?: number;
}

/** Schemas of TypeBox are JSON Schemas with types; as JSON, nothing but the schema is left. */
export function asSchema(schema: TSchema): Schema;
export function asSchema(schema: TSchema): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(schema));
  return plain;
}
