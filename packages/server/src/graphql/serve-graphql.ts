import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { InvalidInput, MethodNotAllowed, UnsupportedMediaType } from '../errors.ts';
import type { Failure } from '../operations/failure.ts';
import type { Services } from '../operations/services.ts';
import '../request.ts';
import { endOf, sendEvents } from '../event-stream.ts';
import { answerRequest } from './answer-request.ts';
import { acceptance, answerStream, isStreamed } from './answer-stream.ts';
import { createContext } from './context.ts';
import { graphqlError } from './graphql-error.ts';
import { type Prepared, prepare, type Refused } from './prepare.ts';
import { readParams } from './request-params.ts';
import { createSchema } from './schema.ts';
import { valueOf } from './schema-node.ts';

export interface GraphqlOptions {
  /** Where the API begins. */
  readonly prefix: string;
  /** The server stops: streams end. */
  readonly stopping: AbortSignal;
  /** What an error means, those of the HTTP server among them. */
  failure(error: unknown): Failure;
  /** Called with faults of ours. */
  report(error: unknown, correlationId: string): void;
  /** @throws {InvalidInput} */
  parseJson(text: string): unknown;
}

/** Adds GraphQL to a server that puts JSON bodies under `json`. */
export function serveGraphql(app: FastifyInstance, services: Services, options: GraphqlOptions): void {
  const schema = createSchema();
  const url = `${options.prefix}/graphql`;
  const formFor = ({ context }: FastifyRequest) => ({
    correlationId: context.correlationId,
    failure: options.failure,
    report: options.report,
  });
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { status, details } = options.failure(error);
    const seconds = details['retry_after_seconds'];
    if (typeof seconds === 'number') void reply.header('retry-after', seconds);
    void reply.code(status).type('application/json; charset=utf-8');
    void reply.send(JSON.stringify({ errors: [graphqlError(error, formFor(request))] }));
  };

  async function stream(prepared: Prepared | Refused, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const signal = endOf(reply, options.stopping);
    const { 'last-event-id': given } = request.headers;
    const live = { signal, lastEventId: typeof given === 'string' && given !== '' ? given : undefined };
    const context = () => createContext(services, request.context, live);
    await services.streams.within(async () => {
      await sendEvents(reply, await answerStream(prepared, context, formFor(request), signal), signal);
    });
  }

  app.route({
    method: ['GET', 'POST'],
    url,
    errorHandler,
    handler: async (request, reply) => {
      const method = request.method === 'POST' ? 'POST' : 'GET';
      const params = readParams(method === 'POST' ? bodyOf(request) : request.query, options.parseJson);
      const prepared = prepare(schema, params);
      if (isStreamed(prepared, acceptance(request.headers.accept))) {
        refuseWriteByGet(prepared, method);
        await stream(prepared, request, reply);
        return reply;
      }
      const { context, url: path, headers: sent } = request;
      const asked = { method, url: path, headers: sent, params, prepared };
      const form = formFor(request);
      const [body, { status, headers = {} }] = await answerRequest(asked, createContext(services, context), form);
      void reply.code(status).headers(headers);
      return body ?? '';
    },
  });
  app.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url,
    errorHandler,
    onRequest: async (request, reply) => {
      void reply.header('allow', 'GET, POST');
      throw new MethodNotAllowed(url, request.method, ['GET', 'POST']);
    },
    handler: () => undefined,
  });
}

/** A page of somebody else could have it sent. @throws {MethodNotAllowed} */
function refuseWriteByGet(prepared: Prepared | Refused, method: string): void {
  if (method !== 'GET' || !('kind' in prepared) || prepared.kind !== OperationTypeNode.MUTATION) return;
  throw new MethodNotAllowed('A mutation', 'GET', ['POST']);
}

/** @throws {UnsupportedMediaType} {InvalidInput} */
function bodyOf({ body, headers }: FastifyRequest): unknown {
  if (body === undefined || body === null) {
    throw new InvalidInput([{ path: 'body', message: 'is required, a JSON object with `query`' }]);
  }
  if (typeof body === 'object' && 'json' in body) return valueOf(body, 'json');
  throw new UnsupportedMediaType(headers['content-type'] ?? 'unknown', ['application/json']);
}
