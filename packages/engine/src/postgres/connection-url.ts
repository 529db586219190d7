/** What our own parameters of a `postgres://` URL say, and the URL without them, as the driver wants it. */
export interface ConnectionUrl {
  readonly connectionString: string;
  /** `?prepare=true|false` or `?pgbouncer=true`; undefined: find out. */
  readonly prepare: boolean | undefined;
}

export function parseConnectionUrl(url: string): ConnectionUrl {
  // The driver reads URLs more liberally than the URL class (sockets, empty hosts), so only the query is ours to touch.
  const mark = url.indexOf('?');
  if (mark < 0) return { connectionString: url, prepare: undefined };
  const parameters = new URLSearchParams(url.slice(mark + 1));
  const prepare = booleanParameter(parameters, 'prepare');
  const pgbouncer = booleanParameter(parameters, 'pgbouncer');
  parameters.delete('prepare');
  parameters.delete('pgbouncer');
  const rest = parameters.toString();
  return {
    connectionString: url.slice(0, mark) + (rest === '' ? '' : `?${rest}`),
    prepare: prepare ?? (pgbouncer === true ? false : undefined),
  };
}

/** The URL as it may be printed: without password, and without parameters, which can hold one too. */
export function printableUrl(url: string): string {
  // Up to the last @, so that a password with unescaped slashes, question marks or @ in it is not shown in part.
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)(.*)@/is, (_, scheme: string, userInfo: string) => {
      return `${scheme}${userInfo.split(':', 1)[0]}@`;
    })
    .replace(/[?#].*$/s, '');
}

function booleanParameter(parameters: URLSearchParams, name: string): boolean | undefined {
  const value = parameters.get(name);
  if (value === null) return undefined;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new Error(`The database URL's parameter ${name} must be true or false, not ${JSON.stringify(value)}.`);
}
