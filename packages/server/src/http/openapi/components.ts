import type { Json, JsonObject } from '@tasker/contract';
import { sampleOf } from './sample.ts';
import type { Schema } from './schema.ts';

export interface Components {
  /** The schema with a reference in the place of each that has a title. */
  refer(schema: Schema): Json;
  /** A reference to an example of what fits a schema: by default of its title, and made for it. */
  example(
    schema: Schema,
    name?: string,
    value?: Json,
  ): { readonly examples: { readonly example: { readonly $ref: string } } };
  /** What was referred to. */
  components(): JsonObject;
}

export function createComponents(): Components {
  const byTitle = new Map<string, Json>();
  const examples = new Map<string, Json>();

  function refer(schema: Schema): Json {
    const { title } = schema;
    if (title === undefined) return inside(schema);
    if (!byTitle.has(title)) {
      // first the name: a schema may lead to itself
      byTitle.set(title, null);
      byTitle.set(title, inside(schema));
    }
    return { $ref: `#/components/schemas/${title}` };
  }

  function inside(schema: Schema): Json {
    return Object.fromEntries(
      Object.entries(schema).flatMap(([keyword, value]) =>
        value === undefined ? [] : [[keyword, valueOf(keyword, value)]],
      ),
    );
  }

  function valueOf(keyword: string, value: unknown): Json {
    if (keyword === 'properties' && isObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, property]) => [name, isObject(property) ? refer(property) : null]),
      );
    }
    // the values of a map, by the pattern of their names
    if (keyword === 'patternProperties') return valueOf('properties', value);
    if (keyword === 'items' && isObject(value)) return refer(value);
    if (keyword === 'anyOf' && Array.isArray(value))
      return value.map((each: unknown) => (isObject(each) ? refer(each) : toJson(each)));
    return toJson(value);
  }

  return {
    refer,
    example(schema, name = schema.title ?? 'Example', value = sampleOf(schema, '')) {
      examples.set(name, { value });
      return { examples: { example: { $ref: `#/components/examples/${name}` } } };
    },
    components: () => ({ schemas: sorted(byTitle), examples: sorted(examples) }),
  };
}

function sorted(map: ReadonlyMap<string, Json>): JsonObject {
  return Object.fromEntries([...map].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toJson(value: unknown): Json;
function toJson(value: unknown): unknown {
  return value;
}
