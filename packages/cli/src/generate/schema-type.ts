import type { Json, JsonObject } from '@tasker/contract';
import { pascalCase, writtenKey } from './identifiers.ts';

export interface SchemaTypeOptions {
  /** What the type will be called: what refers to the schema as a whole refers to that. */
  readonly name: string;
  /** Finds a name for the type of a part that several places refer to. */
  readonly uniqueName: (wanted: string) => string;
  /** What has a default is there, because validation puts it in. */
  readonly defaultsFilled: boolean;
}

/** A type, and those that it refers to, as they are declared. */
export interface SchemaType {
  readonly type: string;
  readonly declarations: readonly string[];
}

/**
 * A JSON Schema as a TypeScript type. Everything that the type says is so of data that fits the schema; what types
 * cannot say (ranges, patterns, keys that are there beside those that are listed) it leaves out.
 */
export function schemaType(schema: JsonObject, options: SchemaTypeOptions): SchemaType {
  const writer = new TypeWriter(schema, options);
  const type = writer.typeOf(schema, 0);
  return { type, declarations: writer.declarations() };
}

class TypeWriter {
  readonly #root: JsonObject;
  readonly #options: SchemaTypeOptions;
  /** The parts that are referred to, by their reference. */
  readonly #referred = new Map<string, { readonly name: string; readonly schema: Json }>();

  constructor(root: JsonObject, options: SchemaTypeOptions) {
    this.#root = root;
    this.#options = options;
  }

  declarations(): string[] {
    const written: string[] = [];
    // Writing one may refer to others, which come into the map behind it.
    for (const { name, schema } of this.#referred.values()) {
      written.push(`export type ${name} = ${this.typeOf(schema, 0)};`);
    }
    return written;
  }

  typeOf(schema: Json | undefined, depth: number): string {
    if (schema === false) return 'never';
    if (!isObject(schema)) return 'unknown';
    const parts = [
      this.#referenceType(schema['$ref']),
      schema['const'] === undefined ? undefined : literal(schema['const']),
      isList(schema['enum']) ? union(schema['enum'].map(literal)) : undefined,
      this.#plainType(schema, depth),
      ...['anyOf', 'oneOf'].map((key) => this.#alternatives(schema[key], depth)),
      ...listOf(schema['allOf']).map((part) => this.typeOf(part, depth)),
    ].filter((part) => part !== undefined && part !== 'unknown');
    const told = [...new Set(parts)];
    // Listed values say all that a type beside them does.
    if (schema['const'] !== undefined || isList(schema['enum'])) return told[0] ?? 'unknown';
    if (told.length < 2) return told[0] ?? 'unknown';
    return told.map((part) => (part?.includes(' | ') ? `(${part})` : part)).join(' & ');
  }

  #referenceType(reference: Json | undefined): string | undefined {
    if (typeof reference !== 'string') return undefined;
    if (reference === '#') return this.#options.name;
    const known = this.#referred.get(reference);
    if (known !== undefined) return known.name;
    const schema = partAt(this.#root, reference);
    if (schema === undefined) return 'unknown';
    const last = reference.slice(reference.lastIndexOf('/') + 1);
    const name = this.#options.uniqueName(this.#options.name + pascalCase(last));
    this.#referred.set(reference, { name, schema });
    return name;
  }

  #alternatives(alternatives: Json | undefined, depth: number): string | undefined {
    if (!isList(alternatives)) return undefined;
    const types = alternatives.map((each) => this.typeOf(each, depth));
    return types.includes('unknown') ? undefined : union(types);
  }

  #plainType(schema: JsonObject, depth: number): string | undefined {
    const { type } = schema;
    if (type === undefined) {
      if (schema['properties'] !== undefined) return this.#objectType(schema, depth);
      return schema['items'] === undefined && schema['prefixItems'] === undefined
        ? undefined
        : this.#arrayType(schema, depth);
    }
    return union(listOf(isList(type) ? type : [type]).map((each) => this.#typeNamed(each, schema, depth)));
  }

  #typeNamed(type: Json, schema: JsonObject, depth: number): string {
    const name = typeof type === 'string' ? type : 'unknown';
    switch (name) {
      case 'string':
      case 'boolean':
      case 'null':
      case 'number':
        return name;
      case 'integer':
        return 'number';
      case 'array':
        return this.#arrayType(schema, depth);
      case 'object':
        return this.#objectType(schema, depth);
      default:
        return 'unknown';
    }
  }

  #arrayType(schema: JsonObject, depth: number): string {
    const rest = this.typeOf(schema['items'], depth);
    const of = rest.includes(' | ') || rest.includes(' & ') ? `(${rest})` : rest;
    if (!isList(schema['prefixItems'])) return `readonly ${of}[]`;
    // Only as many items as `minItems` says are sure to be there.
    const sure = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
    const first = schema['prefixItems'].map((item, index) => {
      const written = this.typeOf(item, depth);
      return index < sure ? written : `(${written})?`;
    });
    return `readonly [${[...first, ...(schema['items'] === false ? [] : [`...${of}[]`])].join(', ')}]`;
  }

  #objectType(schema: JsonObject, depth: number): string {
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    const required = new Set(listOf(schema['required']).filter((key) => typeof key === 'string'));
    const keys = [...new Set([...Object.keys(properties), ...required])];
    if (keys.length === 0) {
      const others = schema['additionalProperties'];
      if (others === false) return 'Readonly<Record<string, never>>';
      return `{ readonly [key: string]: ${this.typeOf(others, depth)} }`;
    }
    const indent = '  '.repeat(depth + 1);
    const lines = keys.flatMap((key) => {
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
      const isThere = required.has(key) || (this.#options.defaultsFilled && hasDefault(property));
      const line = `readonly ${writtenKey(key)}${isThere ? '' : '?'}: ${this.typeOf(property, depth + 1)};`;
      return [...comment(property).map((text) => indent + text), indent + line];
    });
    return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
  }
}

function union(types: readonly string[]): string {
  if (types.includes('unknown')) return 'unknown';
  return [...new Set(types)].join(' | ') || 'never';
}

/** A value as the type of itself; of objects and lists only what they are. */
function literal(value: Json): string {
  if (isList(value)) return 'readonly unknown[]';
  return isObject(value) ? '{ readonly [key: string]: unknown }' : JSON.stringify(value);
}

function hasDefault(property: Json | undefined): boolean {
  return isObject(property) && property['default'] !== undefined;
}

/** The description of a property, as a comment that its text cannot end. */
export function comment(documented: Json | undefined): string[] {
  const description = isObject(documented) ? documented['description'] : undefined;
  if (typeof description !== 'string' || description.trim() === '') return [];
  return [`/** ${description.trim().replaceAll(/\s+/g, ' ').replaceAll('*/', '*\\/')} */`];
}

function partAt(root: JsonObject, reference: string): Json | undefined {
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>(
      (at, key) => (isList(at) ? at[Number(key)] : isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
      root,
    );
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
