import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { InvalidInput, MethodNotAllowed, RouteNotFound, ServerStopping } from '../errors.ts';
import { answerTo } from '../operations/invoke.ts';
import type { Services } from '../operations/services.ts';
import '../request.ts';
import { jsonTextOf } from '../resources/json-text.ts';
import { answerClientError } from './client-error.ts';
import { correlationIdOf, traceparentIn } from './correlation.ts';
import { errorAnswer, httpFailure, retryAfter } from './error-answer.ts';
import { etagOf, isKnown } from './etag.ts';
import { serveEvents } from './event-stream.ts';
import { type GuardOptions, guard } from './guard.ts';
import { serveReference } from './pages/reference-page.ts';
import { serveStartPage } from './pages/start-page.ts';
import type { JsonLimits } from './parse-json.ts';
import { bodyFor, readBodies } from './read-body.ts';
import { readInput } from './read-input.ts';
import { reference } from './reference.ts';
import { type Method, pathParameters, type Route } from './route.ts';
import { routes } from './routes.ts';

/** What the server logs to; a pino logger is one. */
export interface ServerLogger {
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Whether lines of the level are kept. Default: they are. */
  isLevelEnabled?(level: 'debug'): boolean;
}

export interface CorsOptions {
  /** Origins whose pages may use the API, for example `https://ops.example.com`; `*`: any. */
  readonly origins: readonly string[] | '*';
  /** Pages may send cookies and the like. Default false. */
  readonly credentials?: boolean;
}

export interface AppOptions {
  /** Where the API begins. */
  readonly prefix: string;
  /** Largest body, in bytes. */
  readonly bodyLimit: number;
  readonly jsonLimits: JsonLimits;
  readonly cors: CorsOptions | undefined;
  readonly guard: GuardOptions;
  readonly logger: ServerLogger;
  /** The server stops: nothing more is taken, and streams end. */
  readonly stopping: AbortSignal;
}

/** The API over HTTP, not listening yet. Other surfaces may be added to it. */
export async function createApp(services: Services, options: AppOptions): Promise<FastifyInstance> {
  const { bodyLimit, logger } = options;
  const app = fastify({
    bodyLimit,
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    // answered by a hook of ours, in our own form
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      fail(error, request.id, reply, options);
    },
    clientErrorHandler: answerClientError,
    // refused by a hook of ours, in our own form
    http: { requireHostHeader: false },
  });
  // Node refuses what it does not know; whoever expects it may as well have the answer
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.decorateRequest('context');
  readBodies(app, options.jsonLimits);

  app.addHook('onRequest', (request, reply, done) => {
    // before anything can go wrong: the answer to that has it, too
    request.context = { correlationId: request.id, principal: null };
    void reply.headers(commonHeaders).header('x-request-id', request.id);
    const traceparent = traceparentIn(request.headers);
    request.context = { correlationId: correlationIdOf(request.headers, request.id), traceparent, principal: null };
    void reply.header('x-correlation-id', request.context.correlationId);
    if (options.stopping.aborted) throw new ServerStopping();
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw new InvalidInput([{ path: 'Host', message: 'is missing; HTTP/1.1 asks for this header' }]);
    }
    guard(request.method, request.headers, options.guard);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    if (logger.isLevelEnabled?.('debug') !== false) logRequest(logger, request, reply);
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    fail(error, request.context.correlationId, reply, options);
  });
  app.setNotFoundHandler((request) => {
    throw new RouteNotFound(pathOf(request));
  });
  if (options.cors !== undefined) await app.register(cors, corsSettings(options.cors));
  for (const route of routes) serve(app, services, route, options);
  app.addHook('preClose', () => services.feed.stop());
  serveEvents(app, services, options);
  serveReference(app, options.prefix, reference(options.prefix));
  serveStartPage(app, services, options.prefix);
  refuseOtherMethods(app, options.prefix, options.cors === undefined);
  return app;
}

function logRequest(logger: ServerLogger, { method, url, context }: FastifyRequest, reply: FastifyReply): void {
  const { correlationId: correlation_id, traceparent } = context;
  const fields = { method, url, status: reply.statusCode, correlation_id, ...(traceparent ? { traceparent } : {}) };
  logger.debug({ ...fields, duration_ms: Math.round(reply.elapsedTime) }, 'request');
}

const commonHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

function serve(app: FastifyInstance, services: Services, route: Route, { prefix }: AppOptions): void {
  app.route<{ Params: Record<string, string>; Querystring: Record<string, string> }>({
    method: route.method,
    url: prefix + fastifyPath(route.path),
    handler: async (request, reply) => {
      const { params, query, headers } = request;
      const given = readInput(route, { params, query, headers, body: bodyFor(route, request) });
      const input = route.negotiate ? { ...route.negotiate(headers.accept ?? '', services), ...given } : given;
      const answer = await answerTo(route.operation, services, input, request.context);
      const { status = 200, headers: more = {}, text } = route.reply?.(answer, prefix, { input, services }) ?? {};
      const content = text?.content ?? jsonTextOf(answer);
      void reply
        .code(status)
        .headers(more)
        .type(text?.type ?? 'application/json; charset=utf-8');
      if (route.etag !== true) return content;
      const etag = etagOf(content);
      void reply.headers({ etag, 'cache-control': 'no-cache' });
      return isKnown(etag, headers['if-none-match']) ? reply.code(304).send() : content;
    },
  });
}

const fastifyPath = (path: string) =>
  pathParameters(path).reduce((url, name) => url.replace(`{${name}}`, `:${name}`), path);

/** A path that is known answers 405, not 404, to methods it does not have. */
function refuseOtherMethods(app: FastifyInstance, prefix: string, alsoOptions: boolean): void {
  const methodsByPath = new Map<string, Method[]>(readOnly.map((path) => [path, ['GET']]));
  for (const { method, path } of routes) {
    const known = methodsByPath.get(path);
    if (known === undefined) methodsByPath.set(path, [method]);
    else known.push(method);
  }
  for (const [path, methods] of methodsByPath) {
    const hasHead = methods.includes('GET') && path !== '/events';
    const allowed: string[] = hasHead ? [...methods, 'HEAD'] : methods;
    const others = [...allMethods, ...(alsoOptions ? ['OPTIONS'] : [])].filter((method) => !allowed.includes(method));
    app.route({
      method: others,
      url: prefix + fastifyPath(path),
      onRequest: async (request, reply) => {
        void reply.header('allow', allowed.join(', '));
        throw new MethodNotAllowed(pathOf(request), request.method, allowed);
      },
      handler: () => undefined,
    });
  }
}

/** Paths of no operation. */
const readOnly = ['/events', '/openapi.json', '/docs', '/docs/{file}'];

const allMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const pathOf = ({ url }: Pick<FastifyRequest, 'url'>) => url.replace(/\?.*$/s, '');

function fail(error: unknown, correlationId: string, reply: FastifyReply, { bodyLimit, logger }: AppOptions): void {
  const failure = httpFailure(error, bodyLimit);
  if (failure.fault) logger.error({ err: error, correlation_id: correlationId }, 'a request failed by a fault of ours');
  const seconds = retryAfter(failure);
  if (seconds !== undefined) void reply.header('retry-after', seconds);
  void reply.header('x-correlation-id', correlationId);
  void reply.code(failure.status).type('application/json; charset=utf-8');
  void reply.send(JSON.stringify(errorAnswer(failure, correlationId)));
}

function corsSettings({ origins, credentials = false }: CorsOptions) {
  return {
    origin: origins === '*' ? '*' : [...origins],
    credentials,
    methods: allMethods,
    allowedHeaders: [
      'authorization',
      'content-type',
      'idempotency-key',
      'if-none-match',
      'last-event-id',
      'traceparent',
      'x-correlation-id',
    ],
    exposedHeaders: ['etag', 'location', 'retry-after', 'x-correlation-id', 'x-request-id'],
    maxAge: 600,
  };
}
