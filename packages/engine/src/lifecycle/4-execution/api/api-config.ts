import type { AuthHeader, AuthSource } from './api-auth.ts';
import { readAuth } from './api-auth.ts';
import { type ApiSsl, readSsl } from './api-ssl.ts';
import { readHeaders } from './read-headers.ts';
import { findSetting, type Reading, readCount, readRecord, readUrl, type Setting, wrong } from './read-setting.ts';

/**
 * How a service is reached. In a template the same keys stand in snake_case under `handler.initialization`, where they
 * go before those in code. Whatever is absent or null has its default.
 */
export interface ApiConfig {
  /** The address of the service; paths of requests go behind it. */
  readonly url?: string | null;
  /** Another name for `url`. */
  readonly baseUrl?: string | null;
  /** Part of the query of every request. Default none. */
  readonly params?: ApiParams | null;
  /** Sent with every request. Default `accept: application/json`, and the content type of the body. */
  readonly headers?: Readonly<Record<string, string>> | null;
  /** Another name for `headers`. */
  readonly defaultHeaders?: Readonly<Record<string, string>> | null;
  /** Default none. In code it may be a function, for tokens that change. */
  readonly auth?: AuthSource | null;
  /** Default: the service has to prove who it is, to those that Node trusts. */
  readonly ssl?: ApiSsl | null;
  /** How long it may take to reach the service. Default 5,000. */
  readonly connectTimeoutMs?: number | null;
  /** How long a request may take from beginning to end. Default 30,000. */
  readonly timeoutMs?: number | null;
  /** Another name for `timeoutMs`. */
  readonly defaultTimeout?: number | null;
  /** Largest body that is read of a response. Default 10 MiB. */
  readonly maxResponseBytes?: number | null;
  /** How often a GET or HEAD follows the service from one of its addresses to another. Default 5. */
  readonly maxRedirects?: number | null;
}

export type ApiParams = Readonly<Record<string, ApiParam | readonly ApiParam[]>>;
/** Null and undefined are left out of the query. */
export type ApiParam = string | number | boolean | null | undefined;

/** A configuration with everything in place. */
export interface ApiSettings {
  readonly url: URL;
  readonly params: ApiParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: AuthHeader | undefined;
  readonly ssl: ApiSsl;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxRedirects: number;
}

/** What a service is reached with where nothing else is said. */
const apiDefaults = {
  params: {},
  headers: { accept: 'application/json' },
  ssl: {},
  connectTimeoutMs: 5_000,
  timeoutMs: 30_000,
  maxResponseBytes: 10 * 1024 * 1024,
  maxRedirects: 5,
} as const;

/**
 * Puts layers of configuration together, the later over the earlier; headers and parameters each by itself.
 *
 * @returns the settings, or everything that is wrong
 */
export function readApiConfig(layers: readonly object[]): Reading<ApiSettings> {
  const reader = new LayerReader(layers);
  const url = reader.last(['url', 'baseUrl'], readUrl);
  const settings = {
    params: merged(apiDefaults.params, reader.all(['params'], readParams)),
    headers: merged(apiDefaults.headers, reader.all(['headers', 'defaultHeaders'], readHeaders)),
    auth: reader.last(['auth'], readAuth),
    ssl: reader.last(['ssl'], readSsl) ?? apiDefaults.ssl,
    connectTimeoutMs: reader.last(['connectTimeoutMs'], readCount) ?? apiDefaults.connectTimeoutMs,
    timeoutMs: reader.last(['timeoutMs', 'defaultTimeout'], readCount) ?? apiDefaults.timeoutMs,
    maxResponseBytes: reader.last(['maxResponseBytes'], readCount) ?? apiDefaults.maxResponseBytes,
    maxRedirects: reader.last(['maxRedirects'], (setting) => readCount(setting, 0)) ?? apiDefaults.maxRedirects,
  };
  const { problems } = reader;
  if (problems.length > 0) return { problems };
  if (url === undefined) {
    return wrong('`url` is missing. Give the address of the service, such as https://api.example.com.');
  }
  return { value: { ...settings, url } };
}

/** Reads settings of all layers and gathers what is wrong with them. */
class LayerReader {
  readonly #layers: readonly object[];
  readonly problems: string[] = [];

  constructor(layers: readonly object[]) {
    this.#layers = layers;
  }

  all<Value>(names: readonly string[], read: (setting: Setting) => Reading<Value>): Value[] {
    return this.#layers.flatMap((layer) => {
      const setting = findSetting(layer, names);
      if (setting === undefined) return [];
      const reading = read(setting);
      if (reading.problems === undefined) return [reading.value];
      this.problems.push(...reading.problems);
      return [];
    });
  }

  last<Value>(names: readonly string[], read: (setting: Setting) => Reading<Value>): Value | undefined {
    return this.all(names, (setting) => read(setting)).at(-1);
  }
}

function merged<Value>(
  defaults: Readonly<Record<string, Value>>,
  layers: readonly Readonly<Record<string, Value>>[],
): Record<string, Value> {
  return Object.fromEntries([defaults, ...layers].flatMap((layer) => Object.entries(layer)));
}

function readParams(setting: Setting): Reading<ApiParams> {
  const record = readRecord(setting);
  if (record.problems !== undefined) return record;
  const params: Record<string, ApiParam | ApiParam[]> = {};
  const problems: string[] = [];
  for (const [name, value] of entries(record.value)) {
    if (isParam(value)) params[name] = value;
    else if (Array.isArray(value) && value.every(isParam)) params[name] = value;
    else problems.push(`\`${setting.key}.${name}\` must be text, a number, true, false or a list of these.`);
  }
  return problems.length > 0 ? { problems } : { value: params };
}

function isParam(value: unknown): value is ApiParam {
  return value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value);
}

function entries(record: object): [string, unknown][] {
  return Object.entries(record);
}
