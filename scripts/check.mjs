// Runs every check, each with its time, and stops at the first that fails.
//
//   node scripts/check.mjs                  everything, tests last
//   node scripts/check.mjs --except test    everything but the tests
//   node scripts/check.mjs lint types       only these
//
// A stage is a script of package.json, so `npm run <stage>` runs the same one alone.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stages = [
  'lock',
  'links',
  'format:check',
  'lint',
  'types',
  'imports',
  'deadcode',
  'workspaces',
  'packages',
  'test',
];

for (const stage of chosenStages(process.argv.slice(2))) run(stage);

function chosenStages(names) {
  const unknown = names.find((name) => name !== '--except' && !stages.includes(name));
  if (unknown) stop(`There is no check called ${unknown}. There are: ${stages.join(', ')}.`, 2);
  if (names[0] === '--except') return stages.filter((stage) => !names.includes(stage));
  return names.length > 0 ? names : stages;
}

function run(stage) {
  const started = performance.now();
  // Tests report as they go and their closing line comes last; the others speak only when something is wrong.
  const live = stage === 'test';
  const { status, stdout, stderr } = spawnSync(scripts[stage], {
    cwd: root,
    shell: true,
    stdio: live ? 'inherit' : 'pipe',
    maxBuffer: 64 * 1024 * 1024,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...(!live && { NO_COLOR: '1' }),
      PATH: join(root, 'node_modules/.bin') + delimiter + process.env.PATH,
    },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (status !== 0) {
    const said = [stdout, stderr].filter(Boolean).join('').trim();
    stop(`${said}\n✗ ${stage} failed after ${seconds} s. Alone: npm run ${stage}`, 1);
  }
  if (!live) console.log(`✓ ${stage.padEnd(12)} ${seconds.padStart(5)} s`);
}

function stop(message, exitCode) {
  console.error(message);
  process.exit(exitCode);
}
