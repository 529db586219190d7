import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExitCode, exitCodes } from '../exit.ts';
import { parseJson } from '../input/parse-json.ts';
import type { Terminal } from '../output/terminal.ts';
import { readVersion } from '../version.ts';

/** Files that every new project has, as they are; beside `src` and `dist`. */
const starter = fileURLToPath(new URL('../../starter', import.meta.url));

export interface InitOptions {
  /** Only say what would be written. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Begins a project that runs at once: tasks, a template, tests. Files that are there are not touched, but for what is
 * added to `package.json` and `.gitignore`; a README that is there stays.
 */
export function initProject(terminal: Terminal, folder: string, { dryRun = false }: InitOptions = {}): ExitCode {
  const isThere = (file: string) => existsSync(join(folder, file));
  const brought = starterFiles().filter((file) => file !== 'README.md' || !isThere(file));
  const taken = brought.filter(isThere);
  if (taken.length > 0) {
    throw new Error(
      `${taken.map((file) => relative('', join(folder, file))).join(', ')} ${taken.length === 1 ? 'is' : 'are'} there ` +
        'already, and would be overwritten. Name an empty folder: tasker init FOLDER.',
    );
  }
  const completed = ['package.json', '.gitignore'].filter(isThere);
  const manifest = completeManifest(folder);
  const files = [...brought, 'package.json', '.gitignore'];
  const place = relative('', folder) || '.';
  terminal.printJson({ folder: resolve(folder), dry_run: dryRun, files });
  if (dryRun) {
    for (const file of files)
      terminal.print(`${completed.includes(file) ? 'completed ' : 'written   '} ${join(place, file)}`);
    terminal.note('Nothing was written: this was a dry run.');
    return exitCodes.done;
  }
  bring(folder, brought);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  writeFileSync(join(folder, '.gitignore'), completeIgnored(folder));
  terminal.print(`Begun in ${place}: ${files.filter((file) => !completed.includes(file)).join(', ')}.`);
  if (completed.length > 0) terminal.print(`Added what was missing to ${completed.join(' and ')}.`);
  terminal.print('Next:');
  if (place !== '.') terminal.print(`  cd ${place}`);
  for (const line of ['npm install', 'npm test', 'npm run dev']) terminal.print(`  ${line}`);
  return exitCodes.done;
}

function bring(folder: string, files: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const isWanted = (source: string) => isFolder(source) || files.includes(fileOf(source));
  cpSync(starter, folder, { recursive: true, filter: isWanted });
}

const isFolder = (path: string) => statSync(path).isDirectory();

/** As it is called in a project. */
const fileOf = (source: string) => relative(starter, source).replaceAll('\\', '/');

function starterFiles(): string[] {
  return readdirSync(starter, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(starter, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted((one, other) => one.localeCompare(other));
}

/** What the project needs, and of what is there already everything. */
function completeManifest(folder: string): object {
  const version = readVersion();
  const needed = { '@tasker/cli': version, '@tasker/engine': version };
  const scripts = {
    dev: 'tasker dev --tasks tasks/index.js --templates templates',
    worker: 'tasker worker --tasks tasks/index.js',
    test: 'node --test',
  };
  const file = join(folder, 'package.json');
  if (!existsSync(file)) {
    const name = packageName(basename(resolve(folder)));
    const own = { name, version: '0.0.0', private: true, type: 'module', engines: { node: '>=20.19' } };
    return { ...own, scripts, dependencies: needed };
  }
  const manifest = readManifest(file);
  if (manifest['type'] === 'commonjs') {
    throw new Error(
      `\`type\` of ${relative('', file)} is "commonjs"; the tasks of a new project need "module": npm pkg set type=module.`,
    );
  }
  return {
    ...manifest,
    type: 'module',
    scripts: { ...scripts, ...withoutPlaceholder(objectAt(manifest, 'scripts')) },
    dependencies: { ...needed, ...objectAt(manifest, 'dependencies') },
  };
}

function readManifest(file: string): Readonly<Record<string, unknown>> {
  const manifest = parseJson(readFileSync(file, 'utf8'));
  if (isObject(manifest)) return manifest;
  throw new Error(`${relative('', file)} is there already and holds no JSON object. Mend it, or name an empty folder.`);
}

function objectAt(manifest: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = manifest[key];
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `npm init` writes a test that fails. */
function withoutPlaceholder({ test, ...scripts }: Readonly<Record<string, unknown>>): object {
  const isPlaceholder = test === undefined || (typeof test === 'string' && test.includes('no test specified'));
  return isPlaceholder ? scripts : { ...scripts, test };
}

function completeIgnored(folder: string): string {
  const file = join(folder, '.gitignore');
  const there = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = there.split('\n').map((line) => line.trim().replace(/\/$/, ''));
  const missing = ['node_modules/', '.tasker/'].filter((line) => !lines.includes(line.replace(/\/$/, '')));
  const gap = there === '' || there.endsWith('\n') ? '' : '\n';
  return `${there}${gap}${missing.map((line) => `${line}\n`).join('')}`;
}

/** What npm accepts. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '');
  return name || 'tasks';
}
