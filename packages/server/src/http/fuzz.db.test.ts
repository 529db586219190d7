import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { errorCatalogue, type JsonObject } from '@tasker/contract';
import type { ErrorAnswer } from '@tasker/contract/wire';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { databases } from '../../../engine/test/servers/databases.ts';
import { createFuzz, type Fuzz, type Schema } from '../../test/fuzz.ts';
import { startTasker } from '../../test/start.ts';
import { diamond, templateOf } from '../../test/template.ts';
import { createServices } from '../operations/services.ts';
import { createApp } from './app.ts';
import { reference } from './reference.ts';

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

const document = reference('/tasker') as JsonObject & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const requests = 10_000;
const atOnce = 8;

// on a server if there is one: ten thousand requests are many for a database in process
describe.for(databases.filter(({ concurrent }) => concurrent).slice(-1))('on $name', (kind) => {
  it('SURF-19 ten thousand requests made from the reference are answered as it says, and none by a fault of ours', {
    timeout: 240_000,
  }, async () => {
    const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const { db } = await kind.fresh();
    const tasker = await startTasker(db, {
      templates: [diamond, templateOf({ a: [], b: ['a'] }, { name: 'idle', handler: 'nobody' })],
      handlers: { do: () => ({}) },
    });
    const app = await createApp(createServices({ tasker, health: { cacheDurationSeconds: 60 } }), {
      prefix: '/tasker',
      bodyLimit: 10_000,
      jsonLimits: { depth: 20, keys: 500 },
      cors: undefined,
      guard: { hosts: undefined, origins: 'any' },
      logger: { debug: () => undefined, error: (fields) => faults.push(fields) },
      stopping: new AbortController().signal,
    });
    const faults: object[] = [];
    const fuzz = createFuzz(seed, (ref) => document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {});
    const known = new Map<string, unknown[]>([
      ['task_id', []],
      ['step', ['first', 'left', 'a', 'b', 'nope']],
      ['name', ['diamond', 'idle', 'nope']],
      ['namespace', ['shapes', 'default', 'nowhere']],
      ['context', [{}, { a: 1 }]],
      ['template', [diamond, { ...diamond, version: '2.0.0' }]],
    ]);
    const judge = createJudge();
    const wrong: string[] = [];
    const targets = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, described]) =>
        path.endsWith('/events') && !path.includes('{') ? [] : [{ path, method, described }],
      ),
    );
    let heapAtStart = 0;
    for (let done = 0; done < requests; done += atOnce) {
      if (done === 2_000) heapAtStart = heapUsed();
      const batch = Array.from({ length: atOnce }, () =>
        makeRequest(fuzz, fuzz.pick(targets), Object.fromEntries(known)),
      );
      await Promise.all(
        batch.map(async (request) => {
          const answer = await send(app, request);
          const complaint = judge(request, answer);
          if (complaint !== undefined)
            wrong.push(`${request.method} ${request.url} ${request.payload ?? ''}: ${complaint}`);
          const ids = known.get('task_id') ?? [];
          if (
            answer.status === 201 &&
            typeof answer.body === 'object' &&
            answer.body !== null &&
            'task_id' in answer.body &&
            ids.length < 200
          ) {
            ids.push(answer.body.task_id);
          }
        }),
      );
      if (wrong.length > 10) break;
    }
    expect({ seed, wrong: wrong.slice(0, 10), faults: faults.slice(0, 3) }).toEqual({ seed, wrong: [], faults: [] });
    expect((heapUsed() - heapAtStart) / 1_048_576).toBeLessThan(40);
    await app.close();
  });
});

interface FuzzRequest {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly described: Described;
  readonly payload: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

function makeRequest(
  fuzz: Fuzz,
  { path, method, described }: { readonly path: string; readonly method: string; readonly described: Described },
  names: Readonly<Record<string, readonly unknown[]>>,
): FuzzRequest {
  const { parameters = [], requestBody } = described;
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)) ?? '';
  let url = path;
  const query: string[] = [];
  const headers: Record<string, string> = {};
  for (const { name, in: place, schema } of parameters) {
    const value = text(fuzz.value(schema, names, name));
    if (place === 'path') url = url.replace(`{${name}}`, encoded(value) || 'x');
    else if (place === 'query' && fuzz.chance(0.3)) query.push(`${name}=${encoded(value)}`);
    else if (place === 'header' && fuzz.chance(0.2)) headers[name.toLowerCase()] = value.replace(/[^\x20-\x7e]/g, '?');
  }
  if (fuzz.chance(0.03)) query.push(`${encoded(fuzz.text())}=${encoded(fuzz.text())}`);
  const [type, content] = fuzz.pick(Object.entries(requestBody?.content ?? {})) ?? [];
  let payload: string | undefined;
  if (content !== undefined && type !== undefined) {
    headers['content-type'] = fuzz.chance(0.98) ? type : 'text/plain';
    payload = text(fuzz.value(content.schema, names));
    if (fuzz.chance(0.04)) payload = payload.slice(0, Math.floor(fuzz.random() * payload.length));
  }
  return {
    method: method.toUpperCase(),
    url: query.length === 0 ? url : `${url}?${query.join('&')}`,
    path,
    described,
    payload,
    headers,
  };
}

const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?'));

interface FuzzAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

async function send(app: FastifyInstance, { method, url, payload, headers }: FuzzRequest): Promise<FuzzAnswer> {
  const {
    statusCode,
    headers: answered,
    body,
  } = await app.inject({
    method: method as 'GET',
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  const type = String(answered['content-type'] ?? '');
  return {
    status: statusCode,
    type,
    body: type.startsWith('application/json') && body !== '' ? (JSON.parse(body) as unknown) : body,
  };
}

/** Says what is wrong with an answer; undefined when it is what the reference says. */
function createJudge() {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: 'reference', ...document });
  const validators = new Map<object, ValidateFunction>();
  const validatorOf = (schema: object) => {
    const made =
      validators.get(schema) ??
      ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"reference#/')) as object);
    validators.set(schema, made);
    return made;
  };
  return ({ path, url, described }: FuzzRequest, { status, type, body }: FuzzAnswer): string | undefined => {
    const isError = status >= 400 && typeof body === 'object' && body !== null && 'error' in body;
    if (isError) {
      const { code } = (body as ErrorAnswer).error;
      if (errorCatalogue[code]?.status !== status) return `${status} with the code ${code}`;
    }
    if (status >= 500 && !path.includes('/health/')) return `${status} ${JSON.stringify(body)}`;
    const described_ = described.responses[String(status)];
    // a path that was made longer or shorter by what it was filled with is another path
    const isElsewhere = isError && ['ROUTE_NOT_FOUND', 'METHOD_NOT_ALLOWED'].includes((body as ErrorAnswer).error.code);
    if (described_ === undefined)
      return isElsewhere ? undefined : `${status} is not in the reference of ${path} (${url}): ${JSON.stringify(body)}`;
    const schema = described_.content?.[type.split(';')[0] ?? '']?.schema;
    if (schema === undefined) return status === 304 ? undefined : `${type} is not in the reference`;
    const validate = validatorOf(schema);
    return validate(body) ? undefined : ajv.errorsText(validate.errors);
  };
}

/** After everything that is no longer needed is gone. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
