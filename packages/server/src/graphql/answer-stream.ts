import {
  createSourceEventStream,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  type GraphQLError,
  OperationTypeNode,
} from 'graphql';
import type { GraphqlContext } from './context.ts';
import { type ErrorForm, graphqlError } from './graphql-error.ts';
import type { Prepared, Refused } from './prepare.ts';
import { valueOf } from './schema-node.ts';

/** What a client can read of an answer. */
export type Acceptance = 'json' | 'either' | 'stream';

/** @param accept the header */
export function acceptance(accept: string | undefined): Acceptance {
  const types = (accept ?? '*/*').split(',').map((type) => type.split(';')[0]?.trim().toLowerCase());
  const stream = types.includes('text/event-stream');
  const others = types.some((type) => type !== 'text/event-stream');
  if (stream) return others ? 'either' : 'stream';
  return types.includes('*/*') ? 'either' : 'json';
}

/** Whether an answer is sent as a stream: what does not end must be, what does may be. */
export function isStreamed(prepared: Prepared | Refused, accepted: Acceptance): boolean {
  if (accepted === 'stream') return true;
  return accepted === 'either' && 'kind' in prepared && prepared.kind === OperationTypeNode.SUBSCRIPTION;
}

/**
 * An answer as Server-Sent Events, each made when the one before is taken: `next` with a result, and `complete` when
 * there will be no more. The stream that ends without the latter is to be resumed.
 *
 * @param freshContext for each message, so that nothing is taken for true because it was when the one before was made
 * @throws what a client should come back for, before anything is sent
 */
export async function answerStream(
  prepared: Prepared | Refused,
  freshContext: () => GraphqlContext,
  form: ErrorForm,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  if ('errors' in prepared) return whole(prepared, form);
  const { kind, args } = prepared;
  const run = { ...args, contextValue: freshContext() };
  if (kind !== OperationTypeNode.SUBSCRIPTION) return whole(await execute(run), form);
  const source = await createSourceEventStream(run);
  if (!isStream(source)) {
    const passing = source.errors?.find(({ originalError }) => isPassing(originalError, form));
    if (passing?.originalError !== undefined) throw passing.originalError;
    return whole(source, form);
  }
  return results(source, args, freshContext, form, signal);
}

async function* results(
  source: AsyncIterable<unknown>,
  args: Prepared['args'],
  freshContext: () => GraphqlContext,
  form: ErrorForm,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for await (const payload of source) {
    const result = await execute({ ...args, rootValue: payload, contextValue: freshContext() });
    const id = valueOf(payload, 'id');
    yield next(result, form, typeof id === 'string' ? id : undefined);
  }
  if (!signal.aborted) yield complete;
}

async function* whole(result: ExecutionResult | Refused, form: ErrorForm): AsyncGenerator<string> {
  yield next(result, form);
  yield complete;
}

function next({ errors, ...rest }: ExecutionResult, form: ErrorForm, id?: string): string {
  const formatted: FormattedExecutionResult = {
    ...(errors === undefined
      ? {}
      : { errors: errors.map((error: GraphQLError) => graphqlError(error, form).toJSON()) }),
    ...rest,
  };
  return `${id === undefined ? '' : `id: ${id}\n`}event: next\ndata: ${JSON.stringify(formatted)}\n\n`;
}

const complete = 'event: complete\ndata:\n\n';

const isStream = (source: AsyncIterable<unknown> | ExecutionResult): source is AsyncIterable<unknown> =>
  Symbol.asyncIterator in source;

/** Trying again may help. */
const isPassing = (error: unknown, { failure }: ErrorForm) => error !== undefined && failure(error).status === 503;
