import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import {
  createHandler,
  type OperationArgs,
  type OperationContext,
  type RequestHeaders,
  type Response,
} from 'graphql-http';
import type { GraphqlContext } from './context.ts';
import { type ErrorForm, graphqlError } from './graphql-error.ts';
import { checkSize, checkWeight, limits } from './limits.ts';
import type { GraphqlParams } from './request-params.ts';

/** A request over HTTP, as any server has it. */
export interface GraphqlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: RequestHeaders;
  /** @throws what is wrong with the request */
  readParams(): GraphqlParams;
}

/** The answer to a request, as GraphQL over HTTP wants it. */
export async function answerRequest(
  schema: GraphQLSchema,
  request: GraphqlRequest,
  context: GraphqlContext,
  form: ErrorForm,
): Promise<Response> {
  const { method, url, headers } = request;
  const formatError = (error: unknown) => graphqlError(error, form);
  const handle = createHandler<undefined, undefined, OperationContext>({
    formatError,
    parseRequestParams: () => request.readParams(),
    onSubscribe: () => {
      const prepared = prepare(schema, request.readParams(), context);
      if ('errors' in prepared) return prepared.errors;
      const operation = getOperationAST(prepared.document, prepared.operationName);
      if (operation?.operation === OperationTypeNode.MUTATION && method === 'GET') {
        const error = formatError(new GraphQLError('A mutation needs POST; GET is for queries.'));
        const body = JSON.stringify({ errors: [error] });
        return [body, { status: 405, statusText: 'Method Not Allowed', headers: { allow: 'POST', ...jsonType } }];
      }
      return prepared;
    },
  });
  return handle({ method, url, headers, body: null, raw: undefined, context: undefined });
}

const jsonType = { 'content-type': 'application/json; charset=utf-8' };

/** What is to be executed, or what is wrong with it. */
function prepare(
  schema: GraphQLSchema,
  { query, variables, operationName }: GraphqlParams,
  context: GraphqlContext,
): OperationArgs<OperationContext> | { readonly errors: readonly GraphQLError[] } {
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
  return { schema, document, operationName, variableValues: variables, contextValue: { ...context } };
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
