import { clientError } from './errors.ts';

export interface ClientOptions {
  /** Where the server is: `https://tasks.example.com`, or a path on it that leads to it. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. A function is asked anew for each request. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long an attempt may take. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How often a request that failed is made again, where that cannot do harm. Default 3. */
  readonly retries?: number | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface ClientSettings {
  /** Without a slash at the end; paths begin with `/tasker`. */
  readonly base: string;
  readonly token: () => Promise<string | undefined>;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws {RequestRefused} (INVALID_OPTIONS) naming the option */
export function clientSettings(options: ClientOptions): ClientSettings {
  const { token, timeoutMs = 30_000, retries = 3, headers = {} } = options;
  if (!(timeoutMs > 0)) refuse('timeoutMs', `must be a number of milliseconds above 0, not ${timeoutMs}`);
  if (!(Number.isInteger(retries) && retries >= 0)) refuse('retries', `must be a whole number from 0, not ${retries}`);
  return {
    base: baseOf(options.url),
    token: async () => (typeof token === 'function' ? token() : token),
    // called as a function of its own: browsers refuse it as a method of anything but the window
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timeoutMs,
    retries,
    headers,
  };
}

function baseOf(text: string): string {
  const url = parse(text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return refuse('url', `must begin with http:// or https://, not ${JSON.stringify(text.slice(0, 100))}`);
  }
  if (url.username !== '' || url.password !== '') return refuse('url', 'must not hold a password: give a token');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/tasker$/, '');
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function refuse(option: string, what: string): never {
  throw clientError({ code: 'INVALID_OPTIONS', message: `\`${option}\` ${what}.`, details: { field: option } });
}
