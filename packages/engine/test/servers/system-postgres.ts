import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The `bin` folder of the newest PostgreSQL server installed on this machine, if there is one. */
export function findSystemPostgres(): string | undefined {
  const installed = listFolders('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin'));
  const onPath = (process.env.PATH ?? '').split(delimiter);
  return [...installed, ...onPath].find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres')));
}

function listFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).toSorted((a, b) => Number(b) - Number(a));
}
