import type { Json, JsonObject } from '@tasker/contract';
import { isJsonObject, parseJson } from '../../../json/parse.ts';
import { canonicalSchema } from './canonical-schema.ts';

/**
 * The JSON Schema of the canonical dialect for editors and other tools, made of the one that templates are held
 * against: without the annotations that only we read, and with room for variables where a number or a word of a list
 * is wanted.
 */
export function publishedSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tasker task template',
    description: 'A named, versioned graph of steps.',
    ...asObject(publish(parseJson(JSON.stringify(canonicalSchema)))),
    $defs: {
      variable: {
        type: 'string',
        pattern: '\\$\\{',
        description: 'Comes out of a variable when the template is loaded.',
      },
    },
  };
}

/** @param isOverride what is left out of an override has no default: it stays as it is */
function publish(schema: Json, isOverride = false): Json {
  if (!isJsonObject(schema)) return schema;
  const { hint: _hint, elsewhere: _elsewhere, refused: _refused, ...standard } = schema;
  const { properties, items, additionalProperties, noEffect, ...all } = standard;
  const { default: usual, ...withoutDefault } = all;
  const rest = isOverride || usual === undefined ? withoutDefault : all;
  const published: JsonObject = {
    ...rest,
    ...(typeof noEffect === 'string' ? { description: withRemark(rest.description, noEffect) } : {}),
    ...(properties === undefined ? {} : { properties: publishEach(asObject(properties), isOverride) }),
    ...(items === undefined ? {} : { items: publish(items, isOverride) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          // Of the maps in the language only `environments` has values of one form.
          additionalProperties: publish(additionalProperties, true),
        }),
  };
  return mayBeVariable(published) ? besideVariable(published) : published;
}

function publishEach(schemas: JsonObject, isOverride: boolean): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, publish(schema, isOverride)]));
}

function withRemark(description: Json | undefined, noEffect: string): string {
  const remark = `This key ${noEffect}.`;
  return typeof description === 'string' ? `${description} ${remark}` : remark;
}

/** Whether a text with a variable in it would not fit as it stands. */
function mayBeVariable({ type, enum: words, pattern }: JsonObject): boolean {
  const types = [type].flat();
  const isScalar = types.some((each) => each === 'number' || each === 'integer' || each === 'boolean');
  return isScalar || (types.includes('string') && (words !== undefined || pattern !== undefined));
}

function besideVariable({ description, default: usual, ...schema }: JsonObject): JsonObject {
  return {
    ...(description === undefined ? {} : { description }),
    ...(usual === undefined ? {} : { default: usual }),
    anyOf: [schema, { $ref: '#/$defs/variable' }],
  };
}

function asObject(schema: Json): JsonObject {
  return isJsonObject(schema) ? schema : {};
}
