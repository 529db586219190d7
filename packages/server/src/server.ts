import type { AddressInfo } from 'node:net';
import { InvalidOptions, type Tasker, type TaskerConfig } from '@tasker/engine';
import type { FastifyInstance } from 'fastify';
import type { AnswerCache } from './cache/answer-cache.ts';
import type { CapabilityDetection } from './cache/capabilities.ts';
import type { CacheOptions } from './cache/open-cache.ts';
import { type GraphqlOptions, serveGraphql } from './graphql/serve-graphql.ts';
import { type AppOptions, type CorsOptions, createApp, type ServerLogger } from './http/app.ts';
import { httpFailure } from './http/error-answer.ts';
import { type JsonLimits, parseJson } from './http/parse-json.ts';
import type { ExporterRegistry } from './metrics/exporter-registry.ts';
import type { MetricsExporter } from './metrics/metrics-exporter.ts';
import { type OpenConnections, trackConnections } from './open-connections.ts';
import type { Authorizer } from './operations/permission.ts';
import { createServices, type Services } from './operations/services.ts';

export interface ServerOptions {
  /** Stays the caller’s: stopping the server does not stop it. */
  readonly tasker: Tasker;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0: any that is free. Default 3000. */
  readonly port?: number;
  /** Where the API begins. Default `/tasker`. */
  readonly prefix?: string;
  /** Who may do what. Default: whoever reaches the server may do everything. */
  readonly authorizer?: Authorizer;
  /** Listen beyond this machine although there is no authorization. Default false. */
  readonly insecure?: boolean;
  /** Pages of other origins that may use the API. Default: none. */
  readonly cors?: CorsOptions;
  /** Largest body, in bytes. Default 1 MiB. */
  readonly bodyLimit?: number;
  /** Default: 64 levels, 100 000 keys. */
  readonly jsonLimits?: JsonLimits;
  /** Submissions under way at once; more are answered with 503. Default 1000. */
  readonly mostSubmissions?: number;
  /** Live streams at once; more are answered with 503. Default 1000. */
  readonly mostStreams?: number;
  /** How old the figures of the status may be, and how long readiness may take. Default 15 and 5 seconds. */
  readonly health?: Partial<TaskerConfig['health']>;
  /** How answers are kept that are costly to make. Default: in the memory of the process. */
  readonly cache?: CacheOptions;
  /** Ways to write metrics down, besides those for Prometheus, JSON and CSV. */
  readonly exporters?: readonly MetricsExporter[];
  /** How long `stop` waits for requests under way, milliseconds. Default 10 000. */
  readonly drainMs?: number;
  /** Default: nothing is logged. */
  readonly logger?: ServerLogger;
}

export interface Server {
  /**
   * Begins to listen.
   *
   * @throws when the address cannot be used
   */
  start(): Promise<void>;
  /** For example `http://127.0.0.1:3000`; where it listens, once it does. */
  readonly url: string;
  /** How metrics are written down; exporters may come and go while it runs. */
  readonly exporters: ExporterRegistry;
  /** Keeps answers that are costly to make; also those of exporters and pages of your own. */
  readonly cache: AnswerCache;
  /** What the store of costly answers can do, as far as is known; detectors may come while it runs. */
  readonly cacheDetection: CapabilityDetection;
  /** Takes no more requests, answers those under way, and closes what it opened. */
  stop(): Promise<void>;
}

/**
 * The HTTP server of an engine.
 *
 * @throws {InvalidOptions} also when anybody on the network could do everything
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { host = '127.0.0.1', port = 3000, drainMs = 10_000 } = options;
  checkOptions(options, host, port);
  const services = servicesOf(options);
  const stopping = new AbortController();
  let stopped: Promise<void> | undefined;
  const settings = appOptions(options, host, stopping.signal);
  const app = await createApp(services, settings);
  serveGraphql(app, services, graphqlOptions(settings));
  const connections = trackConnections(app.server);

  return {
    async start() {
      await app.listen({ host, port });
    },
    get url() {
      return urlOf(app, host, port);
    },
    exporters: services.exporters,
    cache: services.cache,
    cacheDetection: services.cacheDetection,
    stop() {
      stopping.abort();
      stopped ??= close(app, connections, drainMs);
      return stopped;
    },
  };
}

function servicesOf(options: ServerOptions): Services {
  const { tasker, authorizer, mostSubmissions, mostStreams, health, cache, exporters, logger = silent } = options;
  return createServices({
    tasker,
    onOutage: (error) => logger.error({ err: error }, 'live streams stand still: the database cannot be read'),
    onCacheFault: (message, error) => logger.error({ err: error }, message),
    onExporter: ({ change, ...fields }) => logger.debug(fields, `exporter ${change}`),
    ...(authorizer === undefined ? {} : { authorizer }),
    ...(mostSubmissions === undefined ? {} : { mostSubmissions }),
    ...(mostStreams === undefined ? {} : { mostStreams }),
    ...(health === undefined ? {} : { health }),
    ...(cache === undefined ? {} : { cache }),
    ...(exporters === undefined ? {} : { exporters }),
  });
}

function appOptions(options: ServerOptions, host: string, stopping: AbortSignal): AppOptions {
  const { prefix = '/tasker', bodyLimit = 1_048_576, jsonLimits = { depth: 64, keys: 100_000 }, cors } = options;
  const guarded = isLoopback(host) && options.insecure !== true;
  return {
    prefix,
    bodyLimit,
    jsonLimits,
    cors,
    guard: {
      hosts: guarded ? new Set(['127.0.0.1', 'localhost', '[::1]', bracketed(host).toLowerCase()]) : undefined,
      origins: cors?.origins === '*' ? 'any' : new Set(cors?.origins),
    },
    logger: options.logger ?? silent,
    stopping,
  };
}

function graphqlOptions({ prefix, stopping, bodyLimit, jsonLimits, logger }: AppOptions): GraphqlOptions {
  return {
    prefix,
    stopping,
    failure: (error) => httpFailure(error, bodyLimit),
    report(error, correlationId) {
      logger.error({ err: error, correlation_id: correlationId }, 'a request failed by a fault of ours');
    },
    parseJson: (text) => parseJson(new TextEncoder().encode(text), jsonLimits),
  };
}

const silent: ServerLogger = { debug: () => undefined, error: () => undefined, isLevelEnabled: () => false };

function checkOptions(
  { authorizer, insecure = false, prefix = '/tasker', cors }: ServerOptions,
  host: string,
  port: number,
): void {
  const problems: string[] = [];
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    problems.push(`port must be a whole number from 0 to 65535, not ${port}.`);
  }
  if (!/^(?:\/[\w.~-]+)+$/.test(prefix))
    problems.push(`prefix must be a path such as /tasker, not ${JSON.stringify(prefix)}.`);
  if (cors !== undefined) problems.push(...corsProblems(cors));
  if (authorizer === undefined && !insecure && !isLoopback(host)) {
    problems.push(
      `host is ${host}, where others could reach the server, and nothing asks who they are. ` +
        'Listen on 127.0.0.1, set up authentication, or say `insecure` (`--insecure`) if something in front of it does.',
    );
  }
  if (problems.length > 0) throw new InvalidOptions(problems);
}

/** Of settings that look as if they let somebody in, and never do. */
function corsProblems({ origins, credentials = false }: CorsOptions): string[] {
  if (origins !== '*') {
    return origins
      .filter((origin) => !isOrigin(origin))
      .map(
        (origin) =>
          `cors.origins has ${JSON.stringify(origin)}, which no browser sends. ` +
          'Write scheme, host and port alone, in lower case, as in https://ops.example.com or http://127.0.0.1:5173.',
      );
  }
  return credentials ? ['cors.origins must name origins where cors.credentials is true: browsers take no * then.'] : [];
}

/** In the form in which browsers send it. */
function isOrigin(text: string): boolean {
  if (/^https?:/i.test(text)) return URL.canParse(text) && new URL(text).origin === text;
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/.test(text);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);

function urlOf(app: FastifyInstance, host: string, port: number): string {
  const address: AddressInfo | string | null = app.server.address();
  const bound = address !== null && typeof address === 'object' ? address.port : port;
  return `http://${bracketed(host)}:${bound}`;
}

async function close(app: FastifyInstance, connections: OpenConnections, drainMs: number): Promise<void> {
  // connections that are kept for further requests would hold the end up, once their last one is answered
  const releasing = setInterval(() => {
    connections.closeIdle();
  }, 50);
  const impatient = setTimeout(() => {
    app.server.closeAllConnections();
  }, drainMs);
  try {
    await app.close();
  } finally {
    clearInterval(releasing);
    clearTimeout(impatient);
  }
}
