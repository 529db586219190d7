import { parseJson } from '../../json/parse.ts';
import type { JsonPath } from '../../json/path.ts';
import { nearestName } from '../../lifecycle/1-template/language/nearest-name.ts';

/** Where the value of a setting came from. */
export type SettingOrigin =
  | { readonly from: 'default' }
  | { readonly from: 'file'; readonly file: string }
  | { readonly from: 'variable'; readonly variable: string };

export interface SettingSources {
  /** What the configuration file holds. */
  readonly data: unknown;
  /** Its name; undefined when there is none. */
  readonly file: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads settings one by one, a variable before the file before the default, and gathers what is wrong. A setting is
 * known by having been read: whatever else the file holds is a mistake, as are variables that nearly have a known name.
 */
export class SettingReader {
  readonly origins = new Map<string, SettingOrigin>();
  readonly #sources: SettingSources;
  readonly #problems: string[] = [];
  readonly #variables: string[] = [];

  constructor(sources: SettingSources) {
    this.#sources = sources;
  }

  /** @param check says what is wrong with a value, if anything is */
  text(
    key: string,
    fallback: string,
    check: (value: string) => string | undefined = () => undefined,
    variable?: string,
  ): string {
    const parse = (given: unknown) => {
      if (typeof given !== 'string' || given === '') return 'must be text';
      return check(given) ?? { value: given };
    };
    return this.#read(key, fallback, parse, variable);
  }

  optionalText(key: string): string | undefined {
    return this.#read<string | undefined>(key, undefined, (given) =>
      typeof given === 'string' && given !== '' ? { value: given } : 'must be text',
    );
  }

  oneOf<Value extends string>(key: string, fallback: Value, values: readonly Value[]): Value {
    return this.#read(key, fallback, (given) => {
      const value = values.find((each) => each === given);
      if (value !== undefined) return { value };
      return `must be one of ${values.join(', ')}`;
    });
  }

  /** By names of the file's own. In a variable: as JSON. */
  texts(key: string, check: (value: string) => string | undefined): Readonly<Record<string, string>> {
    const none: Readonly<Record<string, string>> = {};
    return this.#read(key, none, (given) => {
      const map = typeof given === 'string' ? jsonOf(given) : given;
      if (!isMap(map)) return 'must hold texts by name';
      const entries = Object.entries(map).map(([name, text]: [string, unknown]) => ({ name, text }));
      const texts = entries.filter((each): each is { name: string; text: string } => typeof each.text === 'string');
      if (texts.length < entries.length) return 'must hold texts by name';
      const wrong = texts.map(({ name, text }) => [name, check(text)]).find(([, problem]) => problem !== undefined);
      if (wrong !== undefined) return `has \`${wrong[0]}\`, which ${wrong[1]}`;
      return { value: Object.fromEntries(texts.map(({ name, text }) => [name, text])) };
    });
  }

  whole(key: string, fallback: number, least: number): number {
    return this.#read(key, fallback, (given) => wholeNumber(given, least));
  }

  /** From 0 to 1. */
  share(key: string, fallback: number): number {
    return this.#read(key, fallback, (given) => {
      const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
      if (typeof value === 'number' && value >= 0 && value <= 1) return { value };
      return 'must be a number from 0 to 1';
    });
  }

  optionalWhole(key: string, least: number): number | undefined {
    return this.#read<number | undefined>(key, undefined, (given) => wholeNumber(given, least));
  }

  flag(key: string, fallback: boolean): boolean {
    return this.#read(key, fallback, flagOf);
  }

  /** In a variable: separated by commas. */
  list(key: string, variable?: string, fallback: readonly string[] = []): readonly string[] {
    return this.#read(
      key,
      fallback,
      (given) => {
        const items: unknown = typeof given === 'string' ? given.split(',').map((item) => item.trim()) : given;
        const texts = Array.isArray(items) ? items.filter((item): item is string => typeof item === 'string') : [];
        if (!Array.isArray(items) || texts.length < items.length || texts.includes(''))
          return 'must be a list of texts';
        return { value: texts };
      },
      variable,
    );
  }

  /** Settings that do not go together. */
  refuse(problem: string): void {
    this.#problems.push(problem);
  }

  /** What is wrong, once everything has been read. `others`: variables that somebody else reads. */
  problems(others: readonly string[]): string[] {
    const known = [...this.origins.keys()];
    return [
      ...this.#problems,
      ...unknownKeys(this.#sources.data, known).map((path) => `${this.#sources.file}: ${unknown(path, known)}`),
      ...Object.keys(this.#sources.env).flatMap((name) => this.#slip(name, others)),
    ];
  }

  #slip(name: string, others: readonly string[]): string[] {
    if (!name.startsWith(prefix) || this.#variables.includes(name) || others.includes(name)) return [];
    // without what they all begin with, or any two would be near each other
    const names = [...this.#variables, ...others].map((each) => each.slice(prefix.length));
    const nearest = nearestName(name.slice(prefix.length), names);
    return nearest === undefined ? [] : [`There is no variable ${name}. Do you mean ${prefix}${nearest}?`];
  }

  #read<Value>(
    key: string,
    fallback: Value,
    parse: (given: unknown) => { readonly value: Value } | string,
    variable = variableOf(key),
  ): Value {
    this.#variables.push(variable);
    const { data, file, env } = this.#sources;
    const inEnv = env[variable];
    const inFile = at(data, key);
    this.origins.set(key, { from: 'default' });
    // an empty variable is how shells and container files say that there is none
    const given: unknown = inEnv === undefined || inEnv === '' ? inFile : inEnv;
    if (given === undefined || given === null) return fallback;
    const origin: SettingOrigin = given === inEnv ? { from: 'variable', variable } : { from: 'file', file: file ?? '' };
    this.origins.set(key, origin);
    const parsed = parse(given);
    if (typeof parsed !== 'string') return parsed.value;
    const place = origin.from === 'variable' ? variable : `${file}: \`${key}\``;
    this.#problems.push(`${place} ${parsed}${describe(given, key)}.`);
    return fallback;
  }
}

const prefix = 'TASKER_';

/** `worker.leaseMs` → `TASKER_WORKER_LEASE_MS` */
function variableOf(key: string): string {
  return `${prefix}${key.replaceAll('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

function wholeNumber(given: unknown, least: number): { readonly value: number } | string {
  const value = typeof given === 'string' && /^[+-]?\d+$/.test(given) ? Number(given) : given;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return { value };
  return `must be a whole number of at least ${least}`;
}

function flagOf(given: unknown): { readonly value: boolean } | string {
  if (given === true || given === 'true') return { value: true };
  if (given === false || given === 'false') return { value: false };
  return 'must be true or false';
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function at(data: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((value, name) => (isMap(value) ? ownOf(value, name) : undefined), data);
}

/** Paths in the file that nothing has read: of settings, and of sections that are no sections. */
function unknownKeys(data: unknown, known: readonly string[], path: JsonPath = []): string[] {
  if (!isMap(data)) return [];
  return Object.keys(data).flatMap((name) => {
    const inner = [...path, name].join('.');
    if (known.includes(inner)) return [];
    const isSection = known.some((key) => key.startsWith(`${inner}.`));
    return isSection && isMap(ownOf(data, name)) ? unknownKeys(ownOf(data, name), known, [...path, name]) : [inner];
  });
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownOf(map: object, name: string): unknown {
  return Object.hasOwn(map, name) ? Reflect.get(map, name) : undefined;
}

function unknown(path: string, known: readonly string[]): string {
  const inside = known.filter((key) => key.startsWith(`${path}.`));
  if (inside.length > 0) return `\`${path}\` must hold settings by name: ${inside.join(', ')}.`;
  const nearest = nearestName(path, known);
  return `there is no setting \`${path}\`.${nearest === undefined ? '' : ` Do you mean \`${nearest}\`?`}`;
}

/** URLs are not repeated: they may hold passwords. */
function describe(given: unknown, key: string): string {
  return key === 'database.url' || key === 'databases' ? '' : `, not ${JSON.stringify(given) ?? String(given)}`;
}
