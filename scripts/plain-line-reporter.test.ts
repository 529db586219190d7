import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const reporter = fileURLToPath(new URL('plain-line-reporter.ts', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

function lastLineFor(files: Record<string, string>): string | undefined {
  const root = mkdtempSync(join(tmpdir(), 'tasker-reporter-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  writeFileSync(join(root, 'vitest.config.mjs'), 'export default { test: { globals: true } }');
  const { stdout } = spawnSync(
    process.execPath,
    [vitest, 'run', '--root', root, '--reporter=default', `--reporter=${reporter}`],
    {
      encoding: 'utf8',
    },
  );
  return stdout.trimEnd().split('\n').at(-1);
}

it('ends the run with one plain line', () => {
  expect(lastLineFor({ 'a.test.js': `it('a', () => {}); it('b', () => {})` })).toBe('2 passed, 0 failed');
});

it('counts failures, skipped tests and files that cannot be loaded', () => {
  const line = lastLineFor({
    'a.test.js': `it('a', () => {}); it('b', () => { throw new Error('no') }); it.skip('c', () => {})`,
    'b.test.js': `throw new Error('cannot be loaded')`,
  });
  expect(line).toBe('1 passed, 2 failed, 1 skipped');
});

it('counts errors outside of any test', () => {
  const line = lastLineFor({ 'a.test.js': `it('a', () => {}); void Promise.reject(new Error('nobody waits for me'))` });
  expect(line).toBe('1 passed, 1 failed');
});
