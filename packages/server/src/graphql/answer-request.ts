import { GraphQLError, OperationTypeNode } from 'graphql';
import { createHandler, type OperationContext, type RequestHeaders, type Response } from 'graphql-http';
import type { GraphqlContext } from './context.ts';
import { type ErrorForm, graphqlError } from './graphql-error.ts';
import type { Prepared, Refused } from './prepare.ts';
import type { GraphqlParams } from './request-params.ts';

/** A request over HTTP, as any server has it. */
export interface GraphqlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: RequestHeaders;
  readonly params: GraphqlParams;
  readonly prepared: Prepared | Refused;
}

/** The answer to a request, as GraphQL over HTTP wants it. */
export async function answerRequest(
  { method, url, headers, params, prepared }: GraphqlRequest,
  context: GraphqlContext,
  form: ErrorForm,
): Promise<Response> {
  const formatError = (error: unknown) => graphqlError(error, form);
  const refuse = (problem: string, status: number, more: Record<string, string>): Response => {
    const body = JSON.stringify({ errors: [formatError(new GraphQLError(problem))] });
    return [body, { status, statusText: '', headers: { ...more, ...jsonType } }];
  };
  const handle = createHandler<undefined, undefined, OperationContext>({
    formatError,
    parseRequestParams: () => params,
    onSubscribe() {
      if ('errors' in prepared) return prepared.errors;
      const { kind, args } = prepared;
      if (kind === OperationTypeNode.MUTATION && method === 'GET') {
        return refuse('A mutation needs POST; GET is for queries.', 405, { allow: 'POST' });
      }
      if (kind === OperationTypeNode.SUBSCRIPTION) return refuse(needsStream, 400, {});
      return { ...args, contextValue: { ...context } };
    },
  });
  const ask = (sent: RequestHeaders) =>
    handle({ method, url, headers: sent, body: null, raw: undefined, context: undefined });
  const answer = await ask(headers);
  // who can read nothing that we have still learns more from JSON than from no answer; nothing was done so far
  return answer[1].status === 406 ? ask({ accept: 'application/json' }) : answer;
}

const jsonType = { 'content-type': 'application/json; charset=utf-8' };

const needsStream =
  'A subscription is answered as a stream of events. Ask for it with the header `Accept: text/event-stream`.';
