import { existsSync, readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type AnyTaskDefinition,
  type Handler,
  readTemplate,
  readTemplateYaml,
  TaskDefinition,
  type TemplateDocument,
} from '@tasker/engine';
import { UsageError } from '../exit.ts';
import { errorLine } from '../output/error-line.ts';
import { syntaxFault } from './syntax-fault.ts';

/** What a worker can be given to work on. */
export interface LoadedTasks {
  readonly tasks: readonly AnyTaskDefinition[];
  readonly templates: readonly TemplateDocument[];
  readonly handlers: Readonly<Record<string, Handler>>;
}

/**
 * Reads tasks from files. Of a module count the exports that are
 * - task definitions made with `defineTask`, under any name,
 * - handler classes that know their name (`handlerName`), under any name,
 * - `templates`, a list of them, and `handlers`, an object of handlers by name.
 *
 * Of a YAML or JSON file count the templates in it.
 *
 * @param importFile default: as Node.js does, each module once
 */
export async function loadTasks(
  files: readonly string[],
  importFile: (file: string) => Promise<unknown> = importOnce,
): Promise<LoadedTasks> {
  const loaded = await Promise.all(files.map((file) => loadFile(file, importFile)));
  return {
    tasks: loaded.flatMap(({ tasks }) => tasks),
    templates: loaded.flatMap(({ templates }) => templates),
    handlers: Object.fromEntries(loaded.flatMap(({ handlers }) => Object.entries(handlers))),
  };
}

async function loadFile(file: string, importFile: (file: string) => Promise<unknown>): Promise<LoadedTasks> {
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}.`);
  if (['.yaml', '.yml', '.json'].includes(extname(file).toLowerCase())) {
    return { tasks: [], templates: readTemplateYaml(readFileSync(file, 'utf8'), { file }), handlers: {} };
  }
  const tasks = tasksOf(file, await importModule(file, importFile));
  if (tasks.tasks.length + tasks.templates.length + Object.keys(tasks.handlers).length > 0) return tasks;
  throw new UsageError(
    `${file} exports no tasks. Export what defineTask(…) makes, or \`templates\` with their \`handlers\`.`,
  );
}

async function importOnce(file: string): Promise<unknown> {
  const module: unknown = await import(pathToFileURL(resolve(file)).href);
  return module;
}

async function importModule(file: string, importFile: (file: string) => Promise<unknown>): Promise<object> {
  try {
    const module = await importFile(file);
    return typeof module === 'object' && module !== null ? module : {};
  } catch (cause) {
    const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
    const remedy =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? ' This Node.js reads TypeScript from 22.18 on; compile it, or use that.'
        : '';
    const place = cause instanceof SyntaxError ? syntaxFault(file) : undefined;
    const where = place === undefined ? '' : `${place}: `;
    throw new Error(`${file} cannot be loaded: ${where}${errorLine(cause)}${remedy}`, { cause });
  }
}

function tasksOf(file: string, module: object): LoadedTasks {
  const exported = Object.entries(module).map(([name, value]: [string, unknown]) => ({ name, value }));
  const named = (wanted: string) => exported.find(({ name }) => name === wanted)?.value;
  return {
    tasks: exported.flatMap(({ value }) => (isTask(value) ? value : [])),
    templates: templatesOf(file, named('templates')),
    handlers: {
      ...Object.fromEntries(
        exported.flatMap(({ value }) => (isNamedHandler(value) ? [[value.handlerName, value]] : [])),
      ),
      ...handlersOf(file, named('handlers')),
    },
  };
}

/** Known by its form, too, because the module may have loaded another copy of the engine. */
function isTask(value: unknown): value is AnyTaskDefinition {
  if (value instanceof TaskDefinition) return true;
  return typeof value === 'object' && value !== null && 'document' in value && 'handlers' in value;
}

function isNamedHandler(value: unknown): value is Handler & { readonly handlerName: string } {
  return typeof value === 'function' && typeof Reflect.get(value, 'handlerName') === 'string';
}

function templatesOf(file: string, value: unknown): TemplateDocument[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new UsageError(`\`templates\` of ${file} must be a list.`);
  return value.map((template: unknown) => readTemplate(template));
}

function handlersOf(file: string, value: unknown): Record<string, Handler> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null) throw new UsageError(`\`handlers\` of ${file} must be an object.`);
  const handlers: Record<string, Handler> = {};
  for (const [name, handler] of Object.entries(value)) {
    if (!isHandler(handler)) {
      throw new UsageError(`\`handlers.${name}\` of ${file} must be a function, a class, or an object with \`call\`.`);
    }
    handlers[name] = handler;
  }
  return handlers;
}

export function isHandler(value: unknown): value is Handler {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'call') === 'function';
}
