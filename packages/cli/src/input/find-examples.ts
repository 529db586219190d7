import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../exit.ts';

/** An example that can be run. Files are absolute. */
export interface Example {
  readonly name: string;
  readonly title: string;
  readonly module: string;
  /** `namespace/name`. */
  readonly template: string;
  /** A JSON file. */
  readonly context: string;
  /** For examples that submit tasks over HTTP: the environment variable that tells the module where to. */
  readonly serverVariable: string | undefined;
}

/**
 * The examples of a checkout of the repository: those of `examples/catalogue.ts` in this folder or the nearest above.
 *
 * @throws {UsageError} when there are none
 */
export async function findExamples(folder = process.cwd()): Promise<readonly Example[]> {
  const file = catalogueFrom(resolve(folder));
  if (file === undefined) {
    throw new UsageError(
      'There are no examples here. They are in the repository of Tasker, in the folder examples: run this inside it.',
    );
  }
  const module: unknown = await import(pathToFileURL(file).href);
  const entries: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'catalogue') : undefined;
  if (!Array.isArray(entries)) throw new UsageError(`${file} exports no list \`catalogue\`.`);
  return entries.map((entry: unknown) => readEntry(entry, dirname(file)));
}

/** The example of that name. */
export function exampleNamed(examples: readonly Example[], name: string): Example {
  const example = examples.find((each) => each.name === name);
  if (example !== undefined) return example;
  const names = examples.map((each) => each.name).join(', ');
  throw new UsageError(`There is no example ${name}. There are: ${names}.`);
}

function catalogueFrom(folder: string): string | undefined {
  const file = join(folder, 'examples', 'catalogue.ts');
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? undefined : catalogueFrom(dirname(folder));
}

function readEntry(entry: unknown, folder: string): Example {
  const find = (key: string): string | undefined => {
    const value: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const read = (key: string): string => {
    const value = find(key);
    if (value !== undefined) return value;
    throw new UsageError(`An entry of the catalogue in ${folder} has no \`${key}\`.`);
  };
  return {
    name: read('name'),
    title: read('title'),
    module: join(folder, read('module')),
    template: read('template'),
    context: join(folder, read('context')),
    serverVariable: find('serverVariable'),
  };
}
