import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import { checkSize, checkWeight, limits } from './limits.ts';
import type { GraphqlParams } from './request-params.ts';

/** What is to be executed, once it has a context. */
export interface Prepared {
  readonly kind: OperationTypeNode;
  readonly args: Omit<ExecutionArgs, 'contextValue'>;
}

export interface Refused {
  readonly errors: readonly GraphQLError[];
}

/** Reads a document, and finds everything that is wrong with it before anything of it is done. */
export function prepare(schema: GraphQLSchema, { query, variables, operationName }: GraphqlParams): Prepared | Refused {
  const document = parsed(query);
  if (document instanceof GraphQLError) return { errors: [document] };
  const tooLarge = checkSize(document);
  if (tooLarge !== undefined) return { errors: [tooLarge] };
  const errors = validate(schema, document);
  if (errors.length > 0) return { errors };
  const operation = getOperationAST(document, operationName);
  if (operation == null) return { errors: [new GraphQLError(whichOperation(operationName))] };
  const tooHeavy = checkWeight(schema, document, operation, variables);
  if (tooHeavy !== undefined) return { errors: [tooHeavy] };
  return { kind: operation.operation, args: { schema, document, operationName, variableValues: variables } };
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxLexicalTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    // so many braces within each other that the reader runs out of stack
    if (error instanceof RangeError) return new GraphQLError('The document is nested too deeply to be read.');
    throw error;
  }
}

const whichOperation = (name: string | undefined) =>
  name === undefined
    ? 'The document has several operations; say in `operationName` which one is meant.'
    : `The document has no operation ${JSON.stringify(name)}; \`operationName\` must name one of those it has.`;
