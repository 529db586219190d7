import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whom the server runs as; undefined: ourselves. */
export type ServerUser = { readonly uid: number; readonly gid: number } | undefined;

/**
 * PostgreSQL refuses to run as root, so root hands the server to somebody else: the owner of the folder when that
 * is an ordinary user (a project mounted into a container), else the user postgres where there is one, else nobody.
 */
export function chooseServerUser(folder: string): ServerUser {
  if (!isRoot()) return undefined;
  const { uid, gid } = statSync(folder);
  if (uid !== 0) return { uid, gid };
  return findUser('postgres') ?? { uid: 65534, gid: 65534 };
}

/** Whether `user` may enter `folder`, by asking the system as that user. */
export function canEnter(user: ServerUser, folder: string): boolean {
  if (user === undefined) return true;
  const { status } = spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...user, cwd: '/' });
  return status === 0;
}

/** Gives `path` and everything in it to `user`, where it is not already so. */
export function giveTo(user: ServerUser, path: string): void {
  if (user === undefined) return;
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  if (stats.uid !== user.uid) chownSync(path, user.uid, user.gid);
  if (stats.isDirectory()) for (const entry of readdirSync(path)) giveTo(user, join(path, entry));
}

/** As root, gives what we made in somebody's folder to that somebody, so that they can go on without us. */
export function giveToOwnerOf(folder: string, path: string): void {
  if (!isRoot()) return;
  const { uid, gid } = statSync(folder);
  if (uid !== 0) giveTo({ uid, gid }, path);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function findUser(name: string): ServerUser {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  });
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
