import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canEnter, type ServerUser } from './server-user.ts';
import { EmbeddedUnavailable } from './unavailable.ts';

/*
 * The data of a folder lies in the folder, unless the server's user cannot get there because a parent is closed to
 * everybody but root (a home folder, say). Then it lies in a place of the system, and a file in the folder says where.
 */

/** Where the data of `folder` lies, or would lie if there were any. */
export function locateData(folder: string): string {
  const file = join(folder, placeFile);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : join(folder, 'postgres');
}

/** Whether the data of `folder` lies outside of it. */
export function isPlacedOutside(folder: string): boolean {
  return existsSync(join(folder, placeFile));
}

/** A new place for data that `user` can reach. */
export function findPlace(folder: string, user: ServerUser): string {
  for (const base of ['/var/lib/tasker', '/var/tmp/tasker']) {
    const place = join(base, randomBytes(8).toString('hex'));
    try {
      mkdirSync(place, { recursive: true, mode: 0o755 });
    } catch {
      continue; // a read-only system
    }
    if (canEnter(user, place)) return join(place, 'postgres');
  }
  throw new EmbeddedUnavailable(`the user that runs the server (uid ${user?.uid}) cannot reach ${folder}`);
}

/** Remembers that the data of `folder` now lies in `data`. */
export function recordPlace(folder: string, data: string): void {
  writeFileSync(join(dirname(data), ownerFile), `${folder}\n`);
  writeFileSync(join(folder, placeFile), `${data}\n`);
}

/**
 * Follows a folder that was moved, refuses one that was copied: two folders with one and the same data would surprise
 * whoever made the copy to try something out.
 */
export function checkOwnership(folder: string, data: string): void {
  const owner = readFileSync(join(dirname(data), ownerFile), 'utf8').trim();
  if (owner === folder) return;
  if (isPlacedOutside(owner) && locateData(owner) === data) {
    throw new Error(
      `The database folder ${folder} is a copy of ${owner}, but their data lies outside, in ${data}, and was not ` +
        `copied. Remove ${join(folder, placeFile)} to start the copy with an empty database.`,
    );
  }
  recordPlace(folder, data);
}

const placeFile = 'data-is-in';
const ownerFile = 'data-of';
