import { GraphQLError } from 'graphql';
import type { Failure } from '../operations/failure.ts';

/** Errors in the form that GraphQL has for them, with the code of the catalogue. */
export interface ErrorForm {
  readonly correlationId: string;
  /** What an error means. */
  failure(error: unknown): Failure;
  /** Called with faults of ours. */
  report(error: unknown, correlationId: string): void;
}

export function graphqlError(error: unknown, { correlationId, failure: failureOf, report }: ErrorForm): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined;
  const cause = causeOf(error);
  if (cause === undefined) {
    // GraphQL itself finds nothing but faults of the document and the variables
    const extensions = { code: 'INVALID_REQUEST', details: {}, correlation_id: correlationId };
    return placed(at, at?.message ?? String(error), extensions);
  }
  const { code, message, details, fault } = failureOf(cause);
  if (fault) report(cause, correlationId);
  return placed(at, message, { code, details, correlation_id: correlationId });
}

/** What a resolver threw; undefined: nobody threw anything. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  return error.originalError === undefined ? undefined : causeOf(error.originalError);
}

function placed(at: GraphQLError | undefined, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(message, {
    extensions,
    ...(at?.nodes === undefined ? {} : { nodes: at.nodes }),
    ...(at?.source === undefined ? {} : { source: at.source }),
    ...(at?.positions === undefined ? {} : { positions: at.positions }),
    ...(at?.path === undefined ? {} : { path: at.path }),
  });
}
