/** A value of a configuration, or everything that is wrong with it, as sentences. */
export type Reading<Value> =
  | { readonly value: Value; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly value?: undefined };

export interface Setting {
  /** As it was written. */
  readonly key: string;
  readonly value: unknown;
}

/**
 * A setting by one of its names; what is null counts as absent, as template authors leave keys empty.
 *
 * @param names in camelCase; the same in snake_case is understood
 */
export function findSetting(layer: object, names: readonly string[]): Setting | undefined {
  for (const key of names.flatMap((name) => [name, snakeCase(name)])) {
    const value: unknown = Reflect.get(layer, key);
    if (value !== undefined && value !== null) return { key, value };
  }
  return undefined;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function readUrl({ key, value }: Setting): Reading<URL> {
  const remedy = 'Give the address of the service, such as https://api.example.com.';
  if (typeof value !== 'string') return wrong(`\`${key}\` must be text, and is ${typeof value}. ${remedy}`);
  const written = JSON.stringify(value);
  if (value.trim() === '') return wrong(`\`${key}\` is blank. ${remedy}`);
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value))
    return wrong(`\`${key}\` must be a whole address, and is ${written}. ${remedy}`);
  if (!URL.canParse(value)) return wrong(`\`${key}\` cannot be read as an address: ${written}. ${remedy}`);
  const url = new URL(value);
  if (!['http:', 'https:'].includes(url.protocol)) return wrong(`\`${key}\` must be http or https, and is ${written}.`);
  if (url.username !== '' || url.password !== '') {
    return wrong(`\`${key}\` holds a user name or password. Put them in \`auth\`, where nobody logs them.`);
  }
  return { value: url };
}

/** @param least default 1 */
export function readCount({ key, value }: Setting, least = 1): Reading<number> {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return { value };
  return wrong(`\`${key}\` must be a whole number of at least ${least}, and is ${JSON.stringify(value)}.`);
}

export function readFlag({ key, value }: Setting): Reading<boolean> {
  return typeof value === 'boolean' ? { value } : wrong(`\`${key}\` must be true or false, and is ${typeof value}.`);
}

export function readText({ key, value }: Setting): Reading<string> {
  return typeof value === 'string' && value !== ''
    ? { value }
    : wrong(`\`${key}\` must be text, and is ${value === '' ? 'empty' : typeof value}.`);
}

export function readRecord({ key, value }: Setting): Reading<object> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { value }
    : wrong(`\`${key}\` must be a map of names and values, and is ${Array.isArray(value) ? 'a list' : typeof value}.`);
}

export function wrong(problem: string): Reading<never> {
  return { problems: [problem] };
}
