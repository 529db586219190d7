import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

/** What is at some paths. */
export interface TemplateFiles {
  /** To be read, each folder's in the order of their names. A file that several paths lead to is listed once. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly unreadable: readonly { readonly path: string; readonly error: unknown }[];
}

/**
 * The template files at some paths: files as they are given; in folders, at any depth, whatever ends in `.yaml`, `.yml`
 * or `.json`, apart from hidden names and `node_modules`. Links are followed.
 */
export async function listTemplateFiles(paths: readonly string[]): Promise<TemplateFiles> {
  const listing = { files: new Array<string>(), folders: new Array<string>(), unreadable: new Array<Unreadable>() };
  // By their real paths: links may lead to one file twice, or to a folder above, which would go round for ever.
  const seen = new Set<string>();

  async function visit(path: string, isGiven: boolean): Promise<void> {
    try {
      const real = await realpath(path);
      const isFolder = (await stat(real)).isDirectory();
      if (seen.has(real) || !(isFolder || isGiven || endings.has(extname(path)))) return;
      seen.add(real);
      if (isFolder) await visitAll(path);
      else listing.files.push(path);
    } catch (error) {
      listing.unreadable.push({ path, error });
    }
  }

  async function visitAll(folder: string): Promise<void> {
    listing.folders.push(folder);
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.') && name !== 'node_modules');
    for (const name of names.toSorted()) await visit(join(folder, name), false);
  }

  for (const path of paths) await visit(tidyPath(path), true);
  return listing;
}

/** The path as it comes out when paths are joined: without `./` in front and a slash behind. */
export function tidyPath(path: string): string {
  return normalize(path).replace(/(?<=.)[/\\]+$/, '');
}

type Unreadable = TemplateFiles['unreadable'][number];

const endings: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);
