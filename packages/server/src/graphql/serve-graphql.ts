import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InvalidInput, MethodNotAllowed, UnsupportedMediaType } from '../errors.ts';
import type { Failure } from '../operations/failure.ts';
import type { Services } from '../operations/services.ts';
import '../request.ts';
import { answerRequest } from './answer-request.ts';
import { createContext } from './context.ts';
import { graphqlError } from './graphql-error.ts';
import { readParams } from './request-params.ts';
import { createSchema } from './schema.ts';
import { valueOf } from './schema-node.ts';

export interface GraphqlOptions {
  /** Where the API begins. */
  readonly prefix: string;
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

  app.route({
    method: ['GET', 'POST'],
    url,
    errorHandler,
    handler: async (request, reply) => {
      const given = request.method === 'POST' ? bodyOf(request) : request.query;
      let params: ReturnType<typeof readParams> | undefined;
      const [body, { status, headers = {} }] = await answerRequest(
        schema,
        {
          method: request.method === 'POST' ? 'POST' : 'GET',
          url: request.url,
          headers: request.headers,
          readParams: () => (params ??= readParams(given, options.parseJson)),
        },
        createContext(services, request.context),
        formFor(request),
      );
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

/** @throws {UnsupportedMediaType} {InvalidInput} */
function bodyOf({ body, headers }: FastifyRequest): unknown {
  if (body === undefined || body === null) {
    throw new InvalidInput([{ path: 'body', message: 'is required, a JSON object with `query`' }]);
  }
  if (typeof body === 'object' && 'json' in body) return valueOf(body, 'json');
  throw new UnsupportedMediaType(headers['content-type'] ?? 'unknown', ['application/json']);
}
