// Proves that a package-lock.json (the root's, or the one named) installs anywhere, not only on the machine that wrote it.
//
// npm writes no entry for a platform package (say, the macOS binary of a tool) that the registry in use could not
// serve at that moment, and `npm ci` then refuses the whole lock file, on every platform. `--write` adds the missing
// entries from what their parents declare. They carry no integrity; npm takes it from the registry.
import { readFileSync, writeFileSync } from 'node:fs';

const named = process.argv.slice(2).find((argument) => argument !== '--write');
const lockFile = named ?? new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
const systems = new Set('aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' '));
const processors = new Set('arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x x64'.split(' '));

const problems = [...missingPlatformPackages(), ...downloadAddresses()];
if (process.argv.includes('--write')) {
  writeMissing();
} else if (problems.length > 0) {
  for (const problem of problems) console.error(problem.message);
  console.error(
    `\nThis lock file would not install everywhere. Run: node scripts/lock-check.mjs --write ${named ?? ''}`,
  );
  process.exit(1);
}

function* missingPlatformPackages() {
  for (const [parentPath, parent] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (candidatePaths(parentPath, name).some((path) => lock.packages[path])) continue;
      yield {
        message: `no entry for ${name}@${version}, wanted by ${parentPath || 'the root'}`,
        name,
        version,
        parent,
      };
    }
  }
}

/** Only workspaces are links; any other address would pin the registry of whoever ran npm last. */
function* downloadAddresses() {
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (entry.resolved && !entry.link) yield { message: `${path} names the address ${entry.resolved}`, path };
  }
}

/** Where Node would look for `name` from the folder `from`, nearest first. */
function candidatePaths(from, name) {
  const folders = from.split('/node_modules/');
  const nested = folders.map((_, kept) => folders.slice(0, folders.length - kept).join('/node_modules/'));
  return [...nested.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`];
}

function writeMissing() {
  for (const { name, version, parent } of missingPlatformPackages()) {
    lock.packages[`node_modules/${name}`] = platformEntry(name, version, parent);
  }
  for (const { path } of downloadAddresses()) delete lock.packages[path].resolved;
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).toSorted(([left], [right]) => left.localeCompare(right, 'en')),
  );
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
}

function platformEntry(name, version, parent) {
  if (!/^\d/.test(version)) throw new Error(`${name}: cannot write an entry for the version range ${version}`);
  const words = name.split(/[/-]/);
  const os = words.find((word) => systems.has(word));
  const cpu = words.find((word) => processors.has(word));
  if (!os || !cpu) throw new Error(`${name}: cannot tell the platform from the name`);
  const libc = libcOf(os, words.at(-1));
  return {
    version,
    cpu: [cpu],
    ...(parent.dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    optional: true,
    os: [os],
  };
}

function libcOf(os, suffix) {
  if (os !== 'linux') return undefined;
  if (suffix.startsWith('musl')) return 'musl';
  return suffix.startsWith('gnu') ? 'glibc' : undefined;
}
