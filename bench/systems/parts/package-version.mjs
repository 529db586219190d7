import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The installed version of one of the bench's own dependencies. */
export function packageVersion(name) {
  return JSON.parse(readFileSync(new URL(`${name}/package.json`, modules), 'utf8')).version;
}

/** The file inside an installed package, also where its exports do not name it. */
export function packageFile(name) {
  return fileURLToPath(new URL(name, modules));
}

const modules = new URL('../../node_modules/', import.meta.url);
