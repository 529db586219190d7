import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Files that may grow in number while they are watched. */
export interface FileWatch {
  add(file: string): void;
  close(): void;
}

/** Editors write in several strokes. */
const settleMs = 100;

/** Says that one of the files has changed, once it has been quiet for a moment. */
export function watchFiles(onChange: () => void, onError: (error: Error) => void): FileWatch {
  // Folders, because editors put new files in the place of old ones, and a watch on the old one hears nothing more.
  const folders = new Map<string, { readonly watcher: FSWatcher; readonly names: Set<string> }>();
  let timer: NodeJS.Timeout | undefined;

  function wake(): void {
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  }

  function enter(folder: string): Set<string> {
    const known = folders.get(folder);
    if (known !== undefined) return known.names;
    const names = new Set<string>();
    const watcher = watch(folder, (_, name) => {
      // What is imported and not there yet is not known by name.
      if (name === null || names.has(name) || /\.[cm]?[jt]sx?$/.test(name)) wake();
    });
    watcher.on('error', onError);
    folders.set(folder, { watcher, names });
    return names;
  }

  return {
    add(file) {
      try {
        enter(dirname(file)).add(basename(file));
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
      }
    },
    close() {
      clearTimeout(timer);
      for (const { watcher } of folders.values()) watcher.close();
    },
  };
}
