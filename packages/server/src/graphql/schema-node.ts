/** What of a wire schema says how it looks in GraphQL. */
export interface SchemaNode {
  /** The schema itself, without what makes it nullable: the same object means the same type. */
  readonly source: object;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly type: string | undefined;
  readonly format: string | undefined;
  /** Of an enumeration. */
  readonly values: readonly string[] | undefined;
  /** Of a list. */
  readonly items: unknown;
  /** Of an object with known properties. */
  readonly properties: readonly SchemaProperty[] | undefined;
  readonly isNullable: boolean;
}

export interface SchemaProperty {
  readonly name: string;
  readonly schema: unknown;
  readonly isRequired: boolean;
}

export function readNode(schema: unknown): SchemaNode {
  const alternatives = listOf(schema, 'anyOf');
  const [first, ...others] = alternatives.filter((each) => textOf(each, 'type') !== 'null');
  if (first !== undefined && others.length === 0) return { ...readNode(first), isNullable: true };
  if (typeof schema !== 'object' || schema === null) throw new Error('a schema must be an object');
  const values = listOf(schema, 'enum').filter((value) => typeof value === 'string');
  return {
    source: schema,
    title: textOf(schema, 'title'),
    description: textOf(schema, 'description'),
    type: textOf(schema, 'type'),
    format: textOf(schema, 'format'),
    values: values.length === 0 ? undefined : values,
    items: valueOf(schema, 'items'),
    properties: propertiesOf(schema),
    isNullable: false,
  };
}

function propertiesOf(schema: object): SchemaProperty[] | undefined {
  const properties = valueOf(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return undefined;
  const required = new Set(listOf(schema, 'required'));
  return Object.entries(properties).map(([name, property]: [string, unknown]) => ({
    name,
    schema: property,
    isRequired: required.has(name),
  }));
}

function listOf(schema: unknown, key: string): unknown[] {
  const list = valueOf(schema, key);
  return Array.isArray(list) ? list : [];
}

function textOf(schema: unknown, key: string): string | undefined {
  const text = valueOf(schema, key);
  return typeof text === 'string' ? text : undefined;
}

/** A property of whatever it is. */
export function valueOf(source: unknown, key: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, key) : undefined;
}
