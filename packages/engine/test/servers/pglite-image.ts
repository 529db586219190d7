import { accessSync, constants, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { underLock } from '../../src/postgres/folder-lock.ts';
import { openPGlite } from '../../src/postgres/pglite.ts';

/** A newly made data folder, kept from run to run: starting from it takes a third of the time. */
export async function readPGliteImage(): Promise<Blob> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@electric-sql/pglite');
  const { version } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const file = join(makeCache(), `pglite-${version}.tar`);
  return underLock(`${file}.lock`, 60_000, async () => {
    try {
      return new Blob([readFileSync(file)]);
    } catch {
      const db = await openPGlite();
      const image = await db.dumpImage();
      await db.close();
      writeFileSync(`${file}.part`, new Uint8Array(await image.arrayBuffer()));
      renameSync(`${file}.part`, file);
      return image;
    }
  });
}

function makeCache(): string {
  const shared = fileURLToPath(new URL('../../../../node_modules/.cache/tasker/', import.meta.url));
  try {
    mkdirSync(shared, { recursive: true });
    accessSync(shared, constants.W_OK);
    return shared;
  } catch {
    // The checkout is somebody else's.
    const own = join(tmpdir(), `tasker-test-cache-${process.getuid?.() ?? 'user'}`);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    return own;
  }
}
