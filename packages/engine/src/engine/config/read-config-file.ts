import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { InvalidOptions } from '../../errors.ts';
import { parseJson } from '../../json/parse.ts';

const names = ['ts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((ending) => `tasker.config.${ending}`);

/**
 * The configuration file of a folder, if there is one.
 *
 * @throws {InvalidOptions} when there are several
 */
export function findConfigFile(folder: string): string | undefined {
  const found = names.map((name) => join(folder, name)).filter((file) => existsSync(file));
  if (found.length > 1) throw new InvalidOptions([`There are several configuration files: ${found.join(', ')}.`]);
  return found[0];
}

/**
 * What a configuration file holds: YAML, JSON, or the default export of a module.
 *
 * @throws {InvalidOptions} when it cannot be read
 */
export async function readConfigFile(file: string): Promise<unknown> {
  const data = await contentOf(file);
  if (typeof data === 'object' && !Array.isArray(data)) return data ?? {};
  if (data === undefined) throw new InvalidOptions([`${file} has no default export.`]);
  throw new InvalidOptions([`${file} must hold settings by name.`]);
}

async function contentOf(file: string): Promise<unknown> {
  try {
    switch (extname(file).toLowerCase()) {
      case '.json':
        return parseJson(await readFile(file, 'utf8'));
      case '.yaml':
      case '.yml':
        return parse(await readFile(file, 'utf8'));
      default:
        return defaultExport(await import(pathToFileURL(resolve(file)).href));
    }
  } catch (error) {
    throw new InvalidOptions([`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function defaultExport(module: unknown): unknown {
  return typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
}
