// Does what `npm install ../tasker-packages/*.tgz` does, without a registry: what the packages depend on is taken from
// this repository, where it is installed in the same versions. Run in the folder that the packages are for.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tarballs = readdirSync('../tasker-packages').map((file) => resolve('../tasker-packages', file));

console.log('The registry cannot be reached: the packages are laid out with the dependencies of this repository.');
linkAll(join(root, 'node_modules'), 'node_modules');
const dependencies = Object.fromEntries(tarballs.map((tarball) => [unpack(tarball), `file:${tarball}`]));
mkdirSync('node_modules/.bin', { recursive: true });
symlinkSync('../@tasker/cli/bin/tasker.mjs', 'node_modules/.bin/tasker');
writeFileSync('package.json', `${JSON.stringify({ dependencies }, undefined, 2)}\n`);

/** Everything but our own packages, which lead into this repository. */
function linkAll(from, to) {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === '@tasker' || name.startsWith('.') || existsSync(join(to, name))) continue;
    symlinkSync(join(from, name), join(to, name));
  }
}

/** @returns the name of the package */
function unpack(tarball) {
  const manifest = JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }));
  const folder = join('node_modules', manifest.name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  linkAll(join(root, 'packages', basename(manifest.name), 'node_modules'), join(folder, 'node_modules'));
  // It is run through a link, and npm would have seen to this.
  for (const command of Object.values(manifest.bin ?? {})) execFileSync('chmod', ['+x', join(folder, command)]);
  return manifest.name;
}
