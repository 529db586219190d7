// Proves that what would be published works: packs the packages, installs them into an empty folder as a user would,
// imports every name they export, compiles and runs the README's program, starts the command. Needs the registry; about
// half a minute.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages')).map((folder) => join(root, 'packages', folder));
const manifests = packages.map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
const subpaths = manifests.flatMap(({ name, exports = {} }) =>
  // A schema is read, not imported.
  Object.keys(exports).flatMap((path) => (path.endsWith('.json') ? [] : join(name, path).replaceAll('\\', '/'))),
);
const folder = mkdtempSync(join(tmpdir(), 'tasker-pack-check-'));

try {
  build();
  install(pack());
  refuseStrayFiles();
  importEveryName();
  compileAgainstTypes();
  runTheReadme();
  startTheCommand();
  await beginAProject();
  importDefineWithoutDriver();
  console.log('The packed packages work.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** From nothing: a file left in dist by an older build would be published with it. */
function build() {
  for (const path of packages) rmSync(join(path, 'dist'), { recursive: true, force: true });
  npm(root, 'run', '--silent', 'build');
}

function pack() {
  return packages.map((path) => {
    const [{ filename }] = JSON.parse(npm(path, 'pack', '--json', '--pack-destination', folder));
    return join(folder, filename);
  });
}

function install(tarballs) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  npm(folder, 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs);
}

function refuseStrayFiles() {
  for (const { name } of manifests) {
    const files = readdirSync(join(folder, 'node_modules', name), { recursive: true }).map(String);
    // What a new project begins with has tests of its own.
    const ours = files.filter((file) => !/^starter[\\/]/.test(file));
    const stray = ours.filter((file) => /(^|[\\/])src[\\/]|\.test|\.tsbuildinfo$|(?<!\.d)\.ts$/.test(file));
    if (stray.length > 0) throw new Error(`${name} would be published with ${stray.join(', ')}`);
    console.log(`✓ ${name}: ${files.length} files`);
  }
}

function importEveryName() {
  for (const subpath of subpaths) {
    const names = node('--input-type=module', '-e', `console.log(Object.keys(await import('${subpath}')).length)`);
    console.log(`✓ ${subpath}: ${names.trim()} names`);
  }
}

function compileAgainstTypes() {
  const imports = subpaths.map((subpath, index) => `import * as names${index} from '${subpath}';`);
  const used = subpaths.map((_, index) => `names${index}`).join(', ');
  writeFileSync(join(folder, 'names.ts'), `${imports.join('\n')}\nexport const all = [${used}];\n`);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  writeFileSync(join(folder, 'readme.ts'), /^```ts\n(?<program>.*?)^```$/ms.exec(readme).groups.program);
  for (const types of ['@types/node', 'undici-types']) {
    cpSync(join(root, 'node_modules', types), join(folder, 'node_modules', types), { recursive: true });
  }
  const compiler = join(root, 'node_modules/@typescript/native/bin/tsc');
  node(compiler, ...'--strict --target es2023 --module nodenext --types node names.ts readme.ts'.split(' '));
  console.log('✓ types, as a user with strict settings sees them');
}

function runTheReadme() {
  console.log(`✓ the README's program: ${node('readme.js').trim()}`);
}

function startTheCommand() {
  const [command] = manifests.filter(({ bin }) => bin?.tasker);
  const version = node(join(folder, 'node_modules', command.name, command.bin.tasker), '--version').trim();
  if (version !== command.version) throw new Error(`tasker --version says ${version}, the package ${command.version}`);
  console.log(`✓ tasker --version: ${version}`);
}

/** As somebody does who has just heard of it: init, install, test, work, submit. */
async function beginAProject() {
  const project = join(folder, 'project');
  const [{ name, bin }] = manifests.filter((manifest) => manifest.bin?.tasker);
  execFileSync(process.execPath, [join(folder, 'node_modules', name, bin.tasker), 'init', 'project'], { cwd: folder });
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  // What the registry will have once it is published.
  const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  const local = manifests.map(({ name: packed, version }) => {
    const file = tarballs.find((each) => each === `${packed.replace('@', '').replace('/', '-')}-${version}.tgz`);
    return [packed, `file:../${file}`];
  });
  Object.assign(manifest, { dependencies: Object.fromEntries(local) });
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  npm(project, 'install', '--no-audit', '--no-fund', '--ignore-scripts');
  npm(project, 'test');
  const tasker = join(project, 'node_modules', name, bin.tasker);
  const dev = ['dev', '--tasks', 'tasks/index.js', '--templates', 'templates'];
  const worker = spawn(process.execPath, [tasker, ...dev], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await new Promise((resolve, reject) => {
      worker.stdout.on('data', (said) => String(said).includes('Ctrl-C stops') && resolve());
      worker.on('exit', () => reject(new Error('tasker dev has ended')));
    });
    const context = JSON.stringify({ name: 'Ada', email: 'ada@example.com' });
    const submit = ['task', 'submit', 'starter/welcome', '--wait', '--timeout', '60', '--context', context];
    execFileSync(process.execPath, [tasker, ...submit], { cwd: project });
  } finally {
    const ended = new Promise((resolve) => worker.on('close', resolve));
    worker.kill('SIGTERM');
    await ended;
  }
  console.log('✓ tasker init: the new project installs, passes its tests, and completes a task');
}

function importDefineWithoutDriver() {
  rmSync(join(folder, 'node_modules/pg'), { recursive: true });
  node('--input-type=module', '-e', `await import('@tasker/engine/define')`);
  console.log('✓ @tasker/engine/define, with no driver installed');
}

function npm(cwd, ...args) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
}

function node(...args) {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}
