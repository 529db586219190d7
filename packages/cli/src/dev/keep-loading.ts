import { dirname, join } from 'node:path';
import type { TemplateProblem } from '@tasker/contract';
import {
  type Handler,
  InvalidTemplate,
  type LoadedTemplate,
  loadTemplates,
  type Tasker,
  type TaskerOptions,
  type TemplateChanges,
  watchTemplates,
} from '@tasker/engine';
import { isHandler, loadTasks } from '../input/load-tasks.ts';
import { errorLine } from '../output/error-line.ts';
import { faultPlace } from './fault-place.ts';
import { createFreshImport, type FreshImport } from './fresh-imports.ts';
import { watchFiles } from './watch-files.ts';

/** What somebody develops. */
export interface Sources {
  /** Modules that export tasks and handlers. */
  readonly modules: readonly string[];
  /** Files and folders of templates. */
  readonly templates: readonly string[];
  /** Whose overrides are merged into the templates. */
  readonly environment: string;
}

/** Sources under a watch; what has been loaded once stays when its files are broken. */
export interface Development {
  /** What the engine is to be started with. */
  readonly loaded: Work;
  /** Registers what changes from now on, in the place of what there was; tasks keep the revision they began with. */
  keepLoading(tasker: Tasker, say: (line: string) => void): Promise<void>;
  stop(): Promise<void>;
}

type Work = Required<Pick<TaskerOptions, 'tasks' | 'templates'>> & {
  readonly handlers: Readonly<Record<string, Handler>>;
};

/**
 * Loads modules and templates, and goes on watching their files: those of modules with all that they import of the
 * program's own, those of templates with the modules that their callables name (`./payments.ts#charge`).
 *
 * @throws {InvalidTemplate} and whatever a module throws
 */
export async function develop({ modules, templates: paths, environment }: Sources): Promise<Development> {
  let say = (_line: string) => {};
  let loadAgain = () => {};
  const watch = watchFiles(
    () => loadAgain(),
    (error) => say(`A folder cannot be watched: ${errorLine(error)}`),
  );
  const freshImport = createFreshImport((file) => watch.add(file));
  const stops = [async () => watch.close()];
  let templates: readonly LoadedTemplate[] = [];

  async function load(): Promise<Work> {
    const loaded = await loadTasks(modules, freshImport);
    const beside = await handlersBeside(templates, freshImport);
    return { ...loaded, handlers: { ...beside, ...loaded.handlers } };
  }

  async function loadAndRegister(tasker: Tasker): Promise<void> {
    const { tasks, templates: listed, handlers } = await load();
    await tasker.registerHandlers(handlers, { replace: true });
    for (const task of [...tasks, ...listed]) await tasker.register(task, { replace: true, replaceHandlers: true });
    say(`Loaded again: ${[...modules, ...paths].join(', ')}.`);
  }

  async function begin(): Promise<Work> {
    try {
      const read = await loadTemplates(paths, { environment });
      if (read.problems.length > 0) throw new InvalidTemplate(read.problems);
      templates = read.templates;
      const loaded = await load();
      return { ...loaded, templates: [...loaded.templates, ...templates] };
    } catch (error) {
      watch.close();
      throw error;
    }
  }

  return {
    loaded: await begin(),
    async keepLoading(tasker, tell) {
      say = tell;
      const loading = oneAtATime(() => loadAndRegister(tasker).catch((error: unknown) => say(faultLine(error))));
      loadAgain = loading.again;
      stops.unshift(loading.idle);
      if (paths.length === 0) return;
      let isFirst = true;
      const onChange = async (changes: TemplateChanges) => {
        // What a file held before it was broken goes on, and so do its handlers.
        const broken = new Set(changes.problems.map(({ file }) => file));
        templates = [...changes.templates, ...templates.filter(({ file }) => broken.has(file))];
        // The first report holds what has been registered already.
        if (!isFirst) await registerChanges(tasker, changes, say);
        isFirst = false;
      };
      const onError = (error: Error) => say(faultLine(error));
      const watching = await watchTemplates(paths, onChange, { environment, onError });
      stops.unshift(() => watching.stop());
    },
    async stop() {
      loadAgain = () => {};
      for (const stop of stops) await stop();
    },
  };

  async function registerChanges(
    tasker: Tasker,
    changes: TemplateChanges,
    tell: (line: string) => void,
  ): Promise<void> {
    const { changed, removed, problems } = changes;
    for (const problem of problems) tell(problemLine(problem));
    if (problems.length > 0) tell('What was registered before goes on.');
    await tasker.registerHandlers(await handlersBeside(changed, freshImport), { replace: true });
    for (const template of changed) {
      const { plan, revision } = await tasker.register(template, { replace: true });
      tell(`Registered ${plan.namespace}/${plan.name}@${plan.version}, revision ${revision}.`);
    }
    for (const { document, file } of removed) {
      tell(`${document.namespace_name}/${document.name}@${document.version} is no longer in ${file}, and goes on.`);
    }
  }
}

/** The handlers that templates name as exports of modules beside them, by their callables. */
async function handlersBeside(
  templates: readonly LoadedTemplate[],
  freshImport: FreshImport,
): Promise<Record<string, Handler>> {
  const handlers: Record<string, Handler> = {};
  const modules = new Map<string, unknown>();
  for (const { document, file } of templates) {
    for (const { handler } of document.steps) {
      const { specifier, name } = /^(?<specifier>\.{1,2}\/[^#]+)#(?<name>.+)$/.exec(handler.callable)?.groups ?? {};
      if (specifier === undefined || name === undefined) continue;
      const path = join(dirname(file), specifier);
      const module = modules.get(path) ?? (await freshImport(path));
      modules.set(path, module);
      const exported: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, name) : undefined;
      if (!isHandler(exported)) {
        throw new Error(`${path} exports no handler \`${name}\`, which ${document.name} in ${file} needs.`);
      }
      handlers[handler.callable] = exported;
    }
  }
  return handlers;
}

function problemLine({ file, line, column, code, message, remedy }: TemplateProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place}: ${code} ${message}${remedy === undefined ? '' : ` ${remedy}`}`;
}

function faultLine(error: unknown): string {
  const place = faultPlace(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  const what = errorLine(error).replaceAll(/\s*\n\s*/g, ' ');
  const sentence = /[.!?]$/.test(what) ? what : `${what}.`;
  return `${place === undefined ? '' : `${place}: `}${sentence} What was loaded before goes on.`;
}

/** Runs work whenever it is asked to, once for all that ask while it runs. */
function oneAtATime(work: () => Promise<void>): { again: () => void; idle: () => Promise<void> } {
  let running: Promise<void> | undefined;
  let asked = false;
  async function run(): Promise<void> {
    while (asked) {
      asked = false;
      await work();
    }
    running = undefined;
  }
  return {
    again() {
      asked = true;
      running ??= run();
    },
    idle: async () => running,
  };
}
