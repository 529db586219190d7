import type { FastifyInstance, FastifyRequest } from 'fastify';
import { UnsupportedMediaType } from '../errors.ts';
import { type JsonLimits, parseJson } from './parse-json.ts';
import type { Route } from './route.ts';

interface JsonBody {
  readonly json: unknown;
}

interface YamlBody {
  readonly yaml: string;
}

/** Makes the app read JSON, strictly, and YAML as text. */
export function readBodies(app: FastifyInstance, limits: JsonLimits): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    jsonTypes,
    { parseAs: 'buffer' },
    (_request: FastifyRequest, bytes: Buffer, done) => {
      const body: JsonBody | undefined = bytes.length === 0 ? undefined : { json: parseJson(bytes, limits) };
      done(null, body);
    },
  );
  app.addContentTypeParser<string>(yamlTypes, { parseAs: 'string' }, async (_request: FastifyRequest, text: string) => {
    const body: YamlBody = { yaml: text };
    return body;
  });
  app.addContentTypeParser('*', async ({ headers }: FastifyRequest) => {
    throw new UnsupportedMediaType(headers['content-type'] ?? 'unknown', ['application/json']);
  });
  // read as it came it would be no JSON, which is not what is wrong with it
  app.addHook('preParsing', ({ headers }, _reply, payload, done) => {
    const { 'content-encoding': encoding = 'identity', 'content-type': type = 'unknown' } = headers;
    if (encoding !== 'identity') {
      throw new UnsupportedMediaType(`${type} in ${encoding}`, ['it without Content-Encoding']);
    }
    done(null, payload);
  });
}

const jsonTypes = /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/;
const yamlTypes = /^(?:application|text)\/(?:x-)?yaml(?:\s*;|$)/;

/** A body that the route can read. */
export function bodyFor(route: Route, request: FastifyRequest): unknown {
  const body: unknown = request.body;
  if (body === undefined || body === null) return undefined;
  if (isJson(body)) return body.json;
  if (isYaml(body) && route.yaml !== undefined) return { [route.yaml]: body.yaml };
  throw new UnsupportedMediaType(request.headers['content-type'] ?? 'unknown', ['application/json']);
}

const isJson = (body: unknown): body is JsonBody => typeof body === 'object' && body !== null && 'json' in body;
const isYaml = (body: unknown): body is YamlBody => typeof body === 'object' && body !== null && 'yaml' in body;
