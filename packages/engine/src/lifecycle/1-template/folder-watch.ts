import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { tidyPath } from './list-template-files.ts';

/**
 * Watches folders, each by itself: not every platform watches a whole tree, and those that do miss folders that are
 * made while they look around. Whoever is woken lists the folders again and says so here.
 */
export class FolderWatch {
  readonly #wake: () => void;
  readonly #onError: (error: Error) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  /** Folders that are watched for a few names only, because the paths that were given stand in them. */
  readonly #namesByFolder = new Map<string, Set<string>>();
  #whole: ReadonlySet<string> = new Set();

  /** @param paths files and folders; they are noticed when they are made anew */
  constructor(paths: readonly string[], wake: () => void, onError: (error: Error) => void) {
    this.#wake = wake;
    this.#onError = onError;
    for (const path of paths.map(tidyPath)) {
      const names = this.#namesByFolder.get(dirname(path)) ?? new Set();
      this.#namesByFolder.set(dirname(path), names.add(basename(path)));
    }
  }

  /** Watches these folders and no others. True: some are new, so they may have changed before. */
  watch(folders: readonly string[]): boolean {
    this.#whole = new Set(folders);
    const wanted = new Set([...this.#namesByFolder.keys(), ...folders]);
    for (const folder of this.#watchers.keys()) if (!wanted.has(folder)) this.#leave(folder);
    const added = [...wanted].filter((folder) => !this.#watchers.has(folder) && this.#enter(folder));
    return added.length > 0;
  }

  close(): void {
    for (const folder of this.#watchers.keys()) this.#leave(folder);
  }

  #enter(folder: string): boolean {
    try {
      const watcher = watch(folder, (_kind, name) => this.#changed(folder, name));
      watcher.on('error', (error) => {
        this.#leave(folder);
        this.#onError(error);
      });
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isGone) this.#onError(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }

  #changed(folder: string, name: string | null): void {
    // A folder that is made anew under its old name is another one: what watches the old one hears nothing.
    if (name !== null) this.#leaveBelow(join(folder, name));
    const matters = name === null || this.#whole.has(folder) || this.#namesByFolder.get(folder)?.has(name);
    if (matters) this.#wake();
  }

  #leaveBelow(path: string): void {
    for (const folder of this.#watchers.keys()) {
      if (folder === path || folder.startsWith(path + sep)) this.#leave(folder);
    }
  }

  #leave(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
