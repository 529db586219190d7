import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidOptions } from '../../errors.ts';
import { type Handler, handlerFault } from './handler.ts';
import { builtInResolvers, type HandlerResolver } from './handler-resolver.ts';

export interface HandlerModules {
  /**
   * The folder that callables such as `./payments.js#Charge` start from, and must not leave. Any template may name them,
   * those that arrive over the network too, so keep in it what may be run by name and nothing else.
   */
  readonly folder: string;
  /** Packages that callables such as `@shop/handlers#Charge` may name, as installed for `folder`. Default: none. */
  readonly packages?: readonly string[];
}

/** Finds handlers that are exported by modules: `./module.js#Export`, `../module.js#Export`, `@scope/package#Export`. */
export interface ModuleResolver extends HandlerResolver {
  /**
   * Lets a template that lies in a file of this machine name modules relative to its own place, wherever that is: who
   * gave the file to the program could have given it the module.
   *
   * @throws {InvalidOptions} when the same text means another module in another file; then nothing is allowed
   */
  allow(callables: readonly string[], file: string): void;
  /** Whether it may import anything. */
  readonly isOpen: boolean;
}

/** Without `modules`, only what is allowed by file is imported. */
export function createModuleResolver(modules?: HandlerModules): ModuleResolver {
  /** By callable: the file whose template named it. */
  const allowed = new Map<string, string>();
  return {
    ...builtInResolvers.moduleImport,
    canResolve: (callable) => namesModule.test(callable),
    async resolve(callable) {
      const from = allowed.get(callable);
      const [specifier = '', name = 'default'] = callable.split('#', 2);
      const url = from === undefined ? await withinFolder(specifier, modules) : await beside(specifier, from);
      return exportOf(await importModule(url), specifier, name);
    },
    get isOpen() {
      return modules !== undefined || allowed.size > 0;
    },
    allow(callables, file) {
      const place = resolve(file);
      const named = callables.filter((callable) => namesModule.test(callable));
      const clashes = named.flatMap((callable) => clash(callable, allowed.get(callable), place));
      if (clashes.length > 0) throw new InvalidOptions(clashes);
      for (const callable of named) allowed.set(callable, place);
    },
  };
}

function clash(callable: string, known: string | undefined, file: string): string[] {
  if (known === undefined || dirname(known) === dirname(file)) return [];
  return [
    `\`${callable}\` means one module in ${known} and another in ${file}. ` +
      'Register the handlers under names of their own, or put the modules of both in one folder.',
  ];
}

/** `./x`, `../x` and `@scope/x`, with or without `#Export`. */
const namesModule = /^(\.{1,2}\/|@[^/#]+\/[^#]+)/;

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

async function beside(specifier: string, file: string): Promise<string> {
  if (isRelative(specifier)) return pathToFileURL(resolve(dirname(file), specifier)).href;
  return packageUrl(specifier, file);
}

async function withinFolder(specifier: string, modules: HandlerModules | undefined): Promise<string> {
  if (modules === undefined) {
    throw new Error('modules are imported only from the folder in `handlerModules`, which is not set');
  }
  if (isRelative(specifier)) return fileUrl(specifier, modules.folder);
  const packages = modules.packages ?? [];
  const name = specifier.split('/', 2).join('/');
  if (!packages.includes(name)) {
    throw new Error(`\`handlerModules.packages\` allows ${packages.join(', ') || 'no packages'}, and not ${name}`);
  }
  return packageUrl(specifier, join(resolve(modules.folder), 'handlers.js'));
}

/** Looks where links lead: a link in the folder must not be a way out of it. */
async function fileUrl(specifier: string, folder: string): Promise<string> {
  const root = await realpath(folder);
  const file = await realpath(resolve(root, specifier));
  const inside = relative(root, file);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new Error(`it lies outside the folder of \`handlerModules\` (${folder})`);
  }
  return pathToFileURL(file).href;
}

function packageUrl(specifier: string, from: string): string {
  try {
    return pathToFileURL(createRequire(from).resolve(specifier)).href;
  } catch (error) {
    // A package that offers itself to `import` only: our own place has to do.
    if (codeOf(error) === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return specifier;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
}

async function importModule(url: string): Promise<object> {
  const module: unknown = await import(url);
  return typeof module === 'object' && module !== null ? module : {};
}

function exportOf(module: object, specifier: string, name: string): Handler {
  const found: unknown = Object.hasOwn(module, name) ? Reflect.get(module, name) : undefined;
  if (found === undefined) {
    const names = Object.keys(module).join(', ') || 'nothing';
    throw new Error(`${specifier} exports no \`${name}\`; it exports ${names}`);
  }
  if (isHandler(found)) return found;
  throw new Error(`\`${name}\` of ${specifier} ${handlerFault(found) ?? 'is no handler'}`);
}

function isHandler(value: unknown): value is Handler {
  return handlerFault(value) === undefined;
}
