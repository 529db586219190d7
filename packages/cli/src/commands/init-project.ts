import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExitCode, exitCodes } from '../exit.ts';
import type { Terminal } from '../output/terminal.ts';
import { readVersion } from '../version.ts';

/** Files that every new project has, as they are; beside `src` and `dist`. */
const starter = fileURLToPath(new URL('../../starter', import.meta.url));

/** Begins a project that runs at once: tasks, a template, tests. Nothing that is there is touched. */
export function initProject(terminal: Terminal, folder: string): ExitCode {
  const files = [...starterFiles(), 'package.json', '.gitignore'];
  const taken = files.filter((file) => existsSync(join(folder, file)));
  if (taken.length > 0) {
    throw new Error(
      `${taken.map((file) => relative('', join(folder, file))).join(', ')} ${taken.length === 1 ? 'is' : 'are'} there ` +
        'already, and would be overwritten. Name an empty folder: tasker init FOLDER.',
    );
  }
  mkdirSync(folder, { recursive: true });
  cpSync(starter, folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifestOf(folder), undefined, 2)}\n`);
  writeFileSync(join(folder, '.gitignore'), 'node_modules/\n.tasker/\n');
  const place = relative('', folder) || '.';
  terminal.printJson({ folder: resolve(folder), files });
  terminal.print(`Begun in ${place}: ${files.join(', ')}.`);
  terminal.print('Next:');
  if (place !== '.') terminal.print(`  cd ${place}`);
  for (const line of ['npm install', 'npm test', 'npm run dev']) terminal.print(`  ${line}`);
  return exitCodes.done;
}

function starterFiles(): string[] {
  return readdirSync(starter, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(starter, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted((one, other) => one.localeCompare(other));
}

function manifestOf(folder: string): object {
  const version = readVersion();
  return {
    name: packageName(basename(resolve(folder))),
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      dev: 'tasker dev --tasks tasks/index.js --templates templates',
      worker: 'tasker worker --tasks tasks/index.js',
      test: 'node --test',
    },
    dependencies: { '@tasker/cli': version, '@tasker/engine': version },
  };
}

/** What npm accepts. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '');
  return name || 'tasks';
}
