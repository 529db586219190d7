import {
  GraphQLInputObjectType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLString,
  getNullableType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { failureOf } from '../operations/failure.ts';
import type { Operation } from '../operations/operation.ts';
import { operationArguments } from './arguments.ts';
import { pascalCase } from './names.ts';
import { call, callCost } from './operation-field.ts';
import { jsonScalar } from './scalars.ts';
import { valueOf } from './schema-node.ts';
import { type Field, type Fields, listOf, type ObjectType, type WireTypes } from './wire-types.ts';

/**
 * The field of a command: one `input`, and a payload made of its output. A refusal is an error of the request, or, for
 * those who ask the payload for `errors`, data.
 */
export function mutationField(name: string, operation: Operation, types: WireTypes): Field {
  const typeName = pascalCase(name);
  const args = operationArguments(operation.input, typeName, types);
  const input = new GraphQLInputObjectType({ name: `${typeName}Input`, fields: args.config });
  const isOptional = Object.values(args.config).every(({ type }) => !(type instanceof GraphQLNonNull));
  return {
    type: new GraphQLNonNull(payloadType(`${typeName}Payload`, types.fields(operation.output, typeName))),
    description: operation.summary,
    args: { input: { type: isOptional ? input : new GraphQLNonNull(input) } },
    extensions: { cost: callCost },
    async resolve(_, given, context, info) {
      context.loaders.clear();
      try {
        return await call(operation, args, { ...objectOf(given['input']) }, context);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === undefined || !asksForErrors(info)) throw error;
        return { errors: [refusal] };
      }
    },
  };
}

/** Everything may be null: there is nothing when the command was refused. */
function payloadType(name: string, fields: Fields): ObjectType {
  const nullable = Object.entries(fields).map(
    ([key, field]) => [key, { ...field, type: getNullableType(field.type) }] as const,
  );
  const type: ObjectType = new GraphQLObjectType({
    name,
    fields: {
      ...Object.fromEntries(nullable),
      errors: {
        type: listOf(userErrorType),
        description:
          'Why the command was refused; empty when it was not. Without this field a refusal is an error of the request.',
        resolve: (source) => valueOf(source, 'errors') ?? [],
      },
    },
  });
  return type;
}

const userErrorType: ObjectType = new GraphQLObjectType({
  name: 'UserError',
  description: 'Why a command was refused.',
  fields: {
    code: { type: new GraphQLNonNull(GraphQLString), description: 'Of the catalogue, for example `TASK_NOT_FOUND`.' },
    message: { type: new GraphQLNonNull(GraphQLString), description: 'What happened and what to do about it.' },
    field: { type: GraphQLString, description: 'The field of `input` that is to blame, if there is one.' },
    details: { type: new GraphQLNonNull(jsonScalar) },
  },
});

/** Undefined: it is not for the caller to mend. */
function refusalOf(error: unknown): object | undefined {
  const { code, message, details, status } = failureOf(error);
  if (status >= 500 || status === 401 || status === 403) return undefined;
  const { field } = details;
  return { code, message, details, field: typeof field === 'string' && field !== '' ? field : null };
}

function asksForErrors({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  const among = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === 'errors';
      if (selection.kind === Kind.INLINE_FRAGMENT) return among(selection.selectionSet);
      return among(fragments[selection.name.value]?.selectionSet);
    }) === true;
  return fieldNodes.some(({ selectionSet }) => among(selectionSet));
}

const objectOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
