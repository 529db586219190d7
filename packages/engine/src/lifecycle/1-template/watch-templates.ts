import canonicalize from 'canonicalize';
import { type Clock, systemClock } from '../../clock.ts';
import { FolderWatch } from './folder-watch.ts';
import { listTemplateFiles, type TemplateFiles } from './list-template-files.ts';
import {
  type LoadedTemplate,
  type LoadTemplatesOptions,
  loadFiles,
  type TemplateLoad,
  templateId,
} from './load-templates.ts';

export interface WatchTemplatesOptions extends LoadTemplatesOptions {
  /** How long nothing may change before the files are read: editors write in several strokes. Default 100. */
  readonly settleMs?: number;
  /** Told what keeps a folder from being watched, and what `onChange` throws. Default: a warning of the process. */
  readonly onError?: (error: Error) => void;
  /** For tests. */
  readonly clock?: Clock;
}

/** The templates as they are now, and what is different from the report before. */
export interface TemplateChanges extends TemplateLoad {
  /** New, or with other content. */
  readonly changed: readonly LoadedTemplate[];
  /** No longer there. Those of a file that has problems now are not among them: they come back with its next state. */
  readonly removed: readonly LoadedTemplate[];
}

export interface TemplateWatch {
  /** Nothing is reported once this has come back. */
  stop(): Promise<void>;
}

/**
 * Reads the templates in files and folders and reports them, all as `changed`; then again whenever something about them
 * is different, until it is stopped. Comes back after the first report. The next report waits for `onChange`.
 */
export async function watchTemplates(
  paths: readonly string[],
  onChange: (changes: TemplateChanges) => void | Promise<void>,
  options: WatchTemplatesOptions = {},
): Promise<TemplateWatch> {
  const { settleMs = 100, onError = warn, clock = systemClock } = options;
  const folders = new FolderWatch(paths, wake, onError);
  const compare = createComparison();
  let looking = Promise.resolve();
  let forgetTimer = () => {};
  let stopped = false;

  function wake(): void {
    forgetTimer();
    if (!stopped) forgetTimer = clock.wakeAfter(settleMs, lookAgain);
  }

  function lookAgain(): void {
    looking = looking
      .then(look)
      .catch((error: unknown) => onError(error instanceof Error ? error : new Error(String(error))));
  }

  async function look(): Promise<void> {
    if (stopped) return;
    const changes = compare(await loadFiles(await listWatched(), options));
    if (changes !== undefined && !stopped) await onChange(changes);
  }

  /** Watches first and lists then: what is written in between is reported by the watch. */
  async function listWatched(): Promise<TemplateFiles> {
    let listing = await listTemplateFiles(paths);
    while (!stopped && folders.watch(listing.folders)) listing = await listTemplateFiles(paths);
    return listing;
  }

  async function stop(): Promise<void> {
    stopped = true;
    forgetTimer();
    folders.close();
    await looking;
  }

  try {
    await look();
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

function warn(error: Error): void {
  process.emitWarning(error);
}

/** Tells each state of the files from the one before; undefined when there is nothing to tell. */
function createComparison(): (load: TemplateLoad) => TemplateChanges | undefined {
  let known = new Map<string, LoadedTemplate>();
  let findings: string | undefined;
  return (load) => {
    const faulty = new Set(load.problems.map(({ file }) => file));
    const now = new Map(load.templates.map((template) => [templateId(template.document), template]));
    const changed = load.templates.filter((template) => !isSame(template, known.get(templateId(template.document))));
    const gone = [...known].filter(([id]) => !now.has(id));
    const removed = gone.flatMap(([, template]) => (faulty.has(template.file) ? [] : [template]));
    const said = JSON.stringify([load.problems, load.warnings]);
    if (changed.length + removed.length === 0 && said === findings) return undefined;
    findings = said;
    known = new Map([...gone.filter(([, template]) => faulty.has(template.file)), ...now]);
    return { ...load, changed, removed };
  };
}

function isSame(template: LoadedTemplate, before: LoadedTemplate | undefined): boolean {
  return before !== undefined && canonicalize(template.document) === canonicalize(before.document);
}
