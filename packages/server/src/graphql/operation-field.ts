import type { Static, TSchema } from 'typebox';
import { invoke } from '../operations/invoke.ts';
import type { Operation } from '../operations/operation.ts';
import { type OperationArguments, operationArguments } from './arguments.ts';
import type { GraphqlContext } from './context.ts';
import { camelCase, pascalCase } from './names.ts';
import { readNode, valueOf } from './schema-node.ts';
import type { Field, WireTypes } from './wire-types.ts';

/**
 * The field of a query operation: its input as arguments, its output as type. An output with one property is what that
 * property is. Null where it fails, so that the other fields of a query stand.
 *
 * @param leaveOut properties of the input that GraphQL says otherwise
 */
export function queryField(operation: Operation, types: WireTypes, leaveOut: readonly string[] = []): Field {
  const args = operationArguments(operation.input, pascalCase(operation.name), types, { leaveOut });
  const only = onlyProperty(operation.output);
  const of = only === undefined ? operation.output : only.schema;
  return {
    type: types.output(of, `${pascalCase(operation.name)}Answer`),
    description: operation.summary,
    args: args.config,
    extensions: { cost: callCost },
    async resolve(_, given, context) {
      const answer = await call(operation, args, given, context);
      return only === undefined ? answer : valueOf(answer, only.name);
    },
  };
}

/** What asking the database counts, in fields. */
export const callCost = 10;

/**
 * Calls an operation as a field’s arguments say.
 *
 * @param more input that stands otherwise among the arguments
 */
export async function call<Input extends TSchema, Output extends TSchema>(
  operation: Operation<Input, Output>,
  args: OperationArguments,
  given: Readonly<Record<string, unknown>>,
  { services, request }: GraphqlContext,
  more: object = {},
): Promise<Static<Output>> {
  try {
    return await invoke(operation, services, { ...args.toInput(given), ...more }, request);
  } catch (error) {
    throw args.rename(error);
  }
}

/** `task.show` is `task`, `worker.list` is `workers`, `task.graph` is `taskGraph`, `task.cancel` is `cancelTask`. */
export function fieldName({ name, kind }: Operation): string {
  const [noun = '', verb = ''] = name.split('.');
  if (kind === 'command') return camelCase(verb) + pascalCase(noun);
  if (verb === 'show') return camelCase(noun);
  if (verb === 'list') return `${camelCase(noun)}s`;
  return camelCase(name);
}

function onlyProperty(schema: TSchema) {
  const { properties = [] } = readNode(schema);
  return properties.length === 1 ? properties[0] : undefined;
}
