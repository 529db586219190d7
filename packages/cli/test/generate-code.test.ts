import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { patience, runTasker } from './run-tasker.ts';
import { typeErrors } from './type-checker.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tasker-generate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (...args: string[]) => runTasker(['generate', ...args], { cwd: folder });

it('TC-122, SURF-83, SURF-84: what is generated compiles, and its tests pass', { timeout: 240_000 }, async () => {
  const made = await Promise.all([
    run('task-handler', 'order_processing', '--namespace', 'shop', '--steps', 'validate_cart,charge-card', 'ship'),
    run('task-handler', 'defaults'),
    run('step-handler', 'ChargeCard', '--inputs', 'card_token,amount', '--depends', 'validate_cart'),
    run('step-handler', 'idle', '--inputs', ''),
    run(
      'subscriber',
      'order-notifier',
      '--events',
      'task.completed',
      'template.registered',
      'step.skipped',
      'handler.registered',
      'subscriber.unregistered',
      'task.initialize_requested',
    ),
    run('subscriber', 'meter', '--metrics'),
  ]);
  expect(made.map(({ code, err }) => ({ code, err }))).toEqual(made.map(() => ({ code: 0, err: '' })));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `const conditions = ['tasker-source', 'module', 'node', 'development|production'];
export default {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['tasker-source', 'node'] } },
};
`,
  );
  expect(typeErrors(folder)).toBe('');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', '--root', folder, '--maxWorkers=2'],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: process.env['HOME'] } },
  );
  const report: object = JSON.parse(stdout.slice(stdout.indexOf('{')) || '{}');
  expect({ report, stderr }).toMatchObject({ report: { success: true, numFailedTests: 0, numPassedTestSuites: 6 } });
});

it('SURF-88 a dry run says what would be written, and writes nothing', patience, async () => {
  for (const command of ['task-handler dry', 'step-handler dry', 'subscriber dry --metrics']) {
    const args = [...command.split(' '), '--directory', 'nowhere'];
    const { code, out, err } = await run(...args, '--dry-run');
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('Nothing was written') });
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
    expect((await run(...args)).out).toBe(out);
    const again = await run(...args, '--dry-run', '--json');
    expect(JSON.parse(again.out)).toMatchObject({
      dry_run: true,
      files: expect.arrayContaining([expect.objectContaining({ outcome: 'unchanged' })]),
    });
    rmSync(join(folder, 'nowhere'), { recursive: true });
  }
  const wrong = await run('task-handler', 'dry', '--steps', 'a,../b', '--dry-run');
  expect(wrong.code).toBe(2);
});

it('keeps what is there, unless it is told to overwrite it', patience, async () => {
  expect((await run('subscriber', 'mine', '--directory', 'here')).code).toBe(0);
  writeFileSync(join(folder, 'here/mine.ts'), '// mine\n');
  const again = await run('subscriber', 'mine', '--directory', 'here');
  expect(again).toMatchObject({ code: 1, out: 'kept       here/mine.ts\nunchanged  here/mine.test.ts\n' });
  expect(again.err).toContain('--force');
  expect(readFileSync(join(folder, 'here/mine.ts'), 'utf8')).toBe('// mine\n');
  expect((await run('subscriber', 'mine', '--directory', 'here', '--force')).code).toBe(0);
  rmSync(join(folder, 'here'), { recursive: true });
});

it.each([
  ['subscriber x --events task.done', 'There is no event task.done. There are: task.initialize_requested,'],
  ["step-handler it's", 'A name begins with a letter'],
  ['task-handler t --steps a,../b', 'A name begins with a letter'],
])('refuses `tasker generate %s`', patience, async (args, says) => {
  const { code, err } = await run(...args.split(' '));
  expect(code).toBe(2);
  expect(err).toContain(says);
});
