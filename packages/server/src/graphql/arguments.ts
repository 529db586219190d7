import type { Violation } from '@tasker/contract';
import { type GraphQLArgumentConfig, GraphQLID, GraphQLNonNull } from 'graphql';
import type { TSchema } from 'typebox';
import { InvalidInput } from '../errors.ts';
import { camelCase, pascalCase } from './names.ts';
import { readNode, type SchemaProperty, valueOf } from './schema-node.ts';
import { isAnything, type WireTypes } from './wire-types.ts';

/** The input of an operation as arguments of a field, or fields of an input object. */
export interface OperationArguments {
  readonly config: Readonly<Record<string, GraphQLArgumentConfig>>;
  /** The input of the operation. Null counts as absent, but where null is a value. */
  toInput(args: Readonly<Record<string, unknown>>): object;
  /** The same error, speaking of arguments instead of the operation’s properties. */
  rename(error: unknown): unknown;
}

/** @param leaveOut properties that are given otherwise */
export function operationArguments(
  schema: TSchema,
  name: string,
  types: WireTypes,
  { leaveOut = [], renamed = {} }: { leaveOut?: readonly string[]; renamed?: Readonly<Record<string, string>> } = {},
): OperationArguments {
  const properties = (readNode(schema).properties ?? []).filter((property) => !leaveOut.includes(property.name));
  const nameOf = (property: string) => renamed[property] ?? argumentNames.get(property) ?? camelCase(property);
  return {
    config: Object.fromEntries(
      properties.map((property) => [nameOf(property.name), argument(property, name, types)] as const),
    ),
    toInput: (args) =>
      Object.fromEntries(
        properties.flatMap(({ name: property, schema: of }) => {
          const value = args[nameOf(property)];
          const isAbsent = value === undefined || (value === null && !isAnything(readNode(of)));
          return isAbsent ? [] : [[property, toWire(of, value)] as const];
        }),
      ),
    rename: (error) => {
      const violations = error instanceof InvalidInput ? violationsOf(error) : [];
      if (violations.length === 0) return error;
      return new InvalidInput(violations.map(({ path, message }) => ({ path: path.replace(/^\w+/, nameOf), message })));
    },
  };
}

/** Where the words of the operation are not those that GraphQL has for it. */
const argumentNames: ReadonlyMap<string, string> = new Map([['step', 'stepId']]);

function argument({ name, schema, isRequired }: SchemaProperty, typeName: string, types: WireTypes) {
  // a step goes by its id or its name, and neither is a number
  const type = name === 'step' ? GraphQLID : types.input(schema, `${typeName}${pascalCase(name)}Input`);
  const standard = valueOf(schema, 'default');
  return {
    type: isRequired ? new GraphQLNonNull(type) : type,
    description: readNode(schema).description,
    ...(standard === undefined ? {} : { defaultValue: standard }),
  };
}

/** Objects whose properties are known have other names on the wire. */
function toWire(schema: unknown, value: unknown): unknown {
  const { items, properties } = readNode(schema);
  if (Array.isArray(value)) return items === undefined ? value : value.map((each: unknown) => toWire(items, each));
  if (properties === undefined || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    properties.flatMap(({ name, schema: of }) => {
      const given = valueOf(value, camelCase(name));
      return given === undefined || given === null ? [] : [[name, toWire(of, given)] as const];
    }),
  );
}

function violationsOf(error: InvalidInput): Violation[] {
  const list = valueOf(error.details, 'violations');
  if (!Array.isArray(list)) return [];
  return list.map((each: unknown) => ({
    path: String(valueOf(each, 'path')),
    message: String(valueOf(each, 'message')),
  }));
}
