// Installs what is missing or stale, so that the README's commands work in a fresh clone with nothing but Node and
// npm. Quick and silent when there is nothing to do; writes nothing of its own, so a read-only checkout works too.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNode = [20, 19];

refuseOldNode();
if (!isCurrent()) {
  refuseReadOnlyFolder();
  installDependencies();
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  fail(`Tasker needs Node.js ${oldestNode.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Compares the lock file with npm's own record of what it installed, and that record with what is there. */
function isCurrent() {
  const recorded = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(recorded)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(recorded, 'utf8')).packages;
  return (
    Object.entries(wanted).every(([path, entry]) => isInstalled(path, entry, present[path])) &&
    Object.values(present).every(fitsThisMachine)
  );
}

function isInstalled(path, entry, installed) {
  if (!path.includes('node_modules/')) return true; // the root and the workspaces themselves
  if (!installed) return entry.optional === true;
  if (entry.version !== installed.version) return false;
  return existsSync(join(root, path));
}

/** A node_modules folder copied or mounted from another system holds that system's binaries. */
function fitsThisMachine({ os, cpu }) {
  return admits(os, process.platform) && admits(cpu, process.arch);
}

/** npm's lists name what is supported, or, with an exclamation mark, what is not. */
function admits(list, value) {
  if (!list) return true;
  return list.includes(value) || (list.some((item) => item.startsWith('!')) && !list.includes(`!${value}`));
}

function refuseReadOnlyFolder() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    fail(`Dependencies are missing and cannot be installed: ${root} is read-only. Run npm ci where it can be written.`);
  }
}

function installDependencies() {
  console.log('Installing dependencies (npm ci) …');
  // Even where the environment says "production": the tests, the demo and its database are what we are asked for.
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional'];
  const { status, error } = spawnNpm(args);
  if (status === 0) return;
  fail(`npm ${args[0]} failed${error ? `: ${error.message}` : ''}. The lines above say why; nothing else was done.`);
}

/** The npm that runs us, without a shell; else the one on the path, which on Windows is a script and needs one. */
function spawnNpm(args) {
  const options = { cwd: root, stdio: 'inherit' };
  const npm = process.env.npm_execpath;
  if (npm && basename(npm) === 'npm-cli.js') return spawnSync(process.execPath, [npm, ...args], options);
  if (process.platform === 'win32') return spawnSync(`npm ${args.join(' ')}`, { ...options, shell: true });
  return spawnSync('npm', args, options);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
