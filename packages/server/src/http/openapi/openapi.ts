import { type ErrorCode, errorCatalogue, type Json, type JsonObject } from '@tasker/contract';
import { errorAnswerSchema } from '@tasker/contract/wire';
import type { Operation } from '../../operations/operation.ts';
import { readVersion } from '../../version.ts';
import { pathParameters, type Route } from '../route.ts';
import { type Components, createComponents } from './components.ts';
import { sampleOf } from './sample.ts';
import { asSchema, type Schema } from './schema.ts';

/** A route as far as the reference is concerned. */
export interface DescribedRoute extends Omit<Route, 'operation' | 'reply'> {
  readonly operation: Omit<Operation, 'call'>;
  /** Answers with a stream of what the operation returns. */
  readonly streamed?: true;
}

/** The reference of the API as OpenAPI 3.1: made of the routes and operations themselves, so it cannot say otherwise. */
export function openApi(routes: readonly DescribedRoute[], prefix: string): JsonObject {
  const { refer, example, components } = createComponents();
  const parts = { refer, example };
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = prefix + route.path;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describe(route, routes, parts) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tasker',
      version: readVersion(),
      summary: 'A durable workflow engine on PostgreSQL.',
      description:
        'Names are snake_case, times ISO 8601 in UTC. Every error has the form of `Error`, with a code of one catalogue. ' +
        'Unknown fields are refused. `X-Correlation-ID` is taken over from requests and stands in every answer; ' +
        'answers with status 503 say in `Retry-After` when to try again.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    security: [],
    tags: tagsOf(routes),
    paths,
    components: components(),
  };
}

type Parts = Pick<Components, 'refer' | 'example'>;

function describe(route: DescribedRoute, routes: readonly DescribedRoute[], parts: Parts): JsonObject {
  const { operation } = route;
  const id = operationId(route, routes);
  const body = bodyOf(route, `${id}Request`, parts);
  const parameters = parametersOf(route, parts);
  return {
    operationId: id,
    tags: [tagOf(route)],
    summary: operation.summary.replace(/\.$/, ''),
    ...(operation.permission === null ? {} : { 'x-permission': operation.permission }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...successesOf(route, parts), ...errorsOf(route, parts) },
  };
}

/** The operation’s name in camel case; where it has several routes, the first has it alone. */
function operationId(route: DescribedRoute, routes: readonly DescribedRoute[]): string {
  const { name } = route.operation;
  const id = name.replace(/\.(\w)/, (_, letter: string) => letter.toUpperCase());
  const isFirst = routes.find(({ operation }) => operation.name === name) === route;
  return isFirst ? id : `${id}By${route.method.charAt(0)}${route.method.slice(1).toLowerCase()}`;
}

const tagDescriptions: Readonly<Record<string, string>> = {
  tasks: 'Runs of templates: submit, look at, operate.',
  steps: 'Single steps of a task.',
  templates: 'What tasks are made of.',
  handlers: 'What can be submitted, and whether workers can run it now.',
  events: 'What happens, as it happens.',
  system: 'Workers, namespaces, health.',
};

function tagOf({ path }: DescribedRoute): string {
  if (path.includes('workflow_steps')) return 'steps';
  const [, first = ''] = path.split('/');
  return Object.hasOwn(tagDescriptions, first) ? first : 'system';
}

function tagsOf(routes: readonly DescribedRoute[]): Json {
  const used = new Set(routes.map(tagOf));
  return Object.entries(tagDescriptions).flatMap(([name, description]) =>
    used.has(name) ? [{ name, description }] : [],
  );
}

function parametersOf(route: DescribedRoute, { refer }: Parts): JsonObject[] {
  const { properties = {}, required = [] } = asSchema(route.operation.input);
  const inPath = pathParameters(route.path);
  const takesQuery = route.method === 'GET' || route.method === 'DELETE';
  const inQuery = takesQuery ? Object.keys(properties).filter((name) => !inPath.includes(name)) : [];
  const parameter = (place: string, name: string, property: string): JsonObject => {
    const { description, ...schema } = properties[property] ?? {};
    return {
      name,
      in: place,
      ...(description === undefined ? {} : { description }),
      ...(place === 'path' || (place === 'query' && required.includes(property)) ? { required: true } : {}),
      schema: refer(schema),
      ...(place === 'path' ? { example: sampleOf(schema, property) } : {}),
    };
  };
  const headers = Object.entries({ ...route.headers, ...route.defaultHeaders });
  return [
    ...inPath.map((name) => parameter('path', name, name)),
    ...inQuery.map((name) => parameter('query', name, name)),
    ...headers.map(([name, property]) => parameter('header', headerName(name), property)),
    ...(route.etag === true ? [{ name: 'If-None-Match', in: 'header', schema: { type: 'string' } }] : []),
  ];
}

const headerName = (name: string) =>
  name.replace(/(^|-)(\w)/g, (_, dash: string, letter: string) => dash + letter.toUpperCase()).replace('-Id', '-ID');

function bodyOf(
  { method, operation, path, wrapper, yaml }: DescribedRoute,
  exampleName: string,
  { refer, example }: Parts,
): JsonObject | undefined {
  if (method === 'GET' || method === 'DELETE') return undefined;
  const schema = asSchema(operation.input);
  const { properties = {}, required = [], ...rest } = schema;
  const inPath = pathParameters(path);
  const names = Object.keys(properties).filter((name) => !inPath.includes(name));
  if (names.length === 0) return undefined;
  const ownRequired = required.filter((name) => names.includes(name));
  const flat: Schema =
    inPath.length === 0
      ? schema
      : {
          ...rest,
          ...(ownRequired.length === 0 ? {} : { required: ownRequired }),
          properties: Object.fromEntries(names.map((name) => [name, properties[name] ?? {}])),
        };
  const wrapped: Schema | undefined =
    wrapper === undefined
      ? undefined
      : { type: 'object', properties: { [wrapper]: flat }, required: [wrapper], additionalProperties: false };
  const either = wrapped === undefined ? refer(flat) : { anyOf: [refer(flat), refer(wrapped)] };
  return {
    required: ownRequired.length > 0,
    content: {
      'application/json': { schema: either, ...example(flat, flat.title ?? exampleName) },
      ...(yaml === undefined ? {} : { 'application/yaml': { schema: { type: 'string' }, example: sampleYaml } }),
    },
  };
}

const sampleYaml =
  'name: process_order\nnamespace_name: shop\nversion: 1.0.0\nsteps:\n  - name: charge\n    handler:\n      callable: charge\n';

function successesOf(route: DescribedRoute, parts: Parts): JsonObject {
  const { operation, successes = { 200: 'Done.' }, media = [], etag, streamed } = route;
  const content = { ...contentOf(asSchema(operation.output), streamed === true, parts), ...textsOf(media) };
  const answers: [string, Json][] = Object.entries(successes).map(([status, description]) => [
    status,
    { description, headers: tracing, content },
  ]);
  const unchanged = { description: 'Nothing has changed since the answer with this `ETag`.' };
  return Object.fromEntries(etag === true ? [...answers, ['304', unchanged]] : answers);
}

function contentOf(schema: Schema, isStream: boolean, { refer, example }: Parts): JsonObject {
  if (isStream) return { 'text/event-stream': { schema: refer(schema) } };
  return schema.type === 'string' ? {} : { 'application/json': { schema: refer(schema), ...example(schema) } };
}

function textsOf(media: readonly string[]): JsonObject {
  return Object.fromEntries(media.map((type) => [type, { schema: { type: 'string' } }]));
}

const tracing = { 'X-Correlation-ID': { description: 'Of the request.', schema: { type: 'string' } } };

/** What any request may be answered with, and what this operation may; one answer per status. */
function errorsOf(route: DescribedRoute, parts: Parts): JsonObject {
  const { operation, method } = route;
  const takesBody = method !== 'GET' && method !== 'DELETE';
  const codes: ErrorCode[] = [
    'INVALID_REQUEST',
    ...(operation.permission === null ? [] : (['UNAUTHENTICATED', 'FORBIDDEN'] as const)),
    ...operation.errors,
    ...(takesBody ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    'INTERNAL_ERROR',
    'STOPPED',
    'DATABASE_UNAVAILABLE',
  ];
  const known = new Set(Object.keys(route.successes ?? {}));
  const byStatus = new Map<string, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const status = String(errorCatalogue[code].status);
    if (!known.has(status)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, ofStatus]) => [status, errorResponse(ofStatus, parts)]));
}

function errorResponse(codes: readonly ErrorCode[], { refer, example }: Parts): JsonObject {
  const schema = asSchema(errorAnswerSchema);
  const examples = codes.map((code) => {
    const value = { error: { code, message: errorCatalogue[code].summary }, correlation_id: 'checkout-4711' };
    return [code, example(schema, code, value).examples.example] as const;
  });
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].summary}`).join(' '),
    content: { 'application/json': { schema: refer(schema), examples: Object.fromEntries(examples) } },
  };
}
