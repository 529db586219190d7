// Installs the peers when they are missing or stale. They are no part of the project's own dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
if (!isCurrent()) {
  console.log('Installing the peers to measure (npm ci in bench) …');
  const { status } = spawnSync('npm', ['ci'], { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });
  process.exit(status ?? 1);
}

function isCurrent() {
  const recorded = path.join(here, 'node_modules/.package-lock.json');
  if (!existsSync(recorded)) return false;
  const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const present = packagesIn(recorded);
  return Object.entries(packagesIn(path.join(here, 'package-lock.json'))).every(
    ([name, entry]) => name === '' || entry.optional || present[name]?.version === entry.version,
  );
}
