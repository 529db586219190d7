import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
const program = /^```ts\n(?<program>.*?)^```$/ms.exec(readme)?.groups?.['program'] ?? '';
const promised = /It prints `(?<output>[^`]+)`/.exec(readme)?.groups?.['output'] ?? '';

describe("the README's program", () => {
  // In a workspace, so that it finds our packages by their names.
  const folder = mkdtempSync(resolve('examples/.readme-'));
  const file = join(folder, 'program.ts');

  beforeAll(() => {
    writeFileSync(file, program);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions: { noEmit: true }, files: ['program.ts'] }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('compiles with strict settings', { timeout: 60_000 }, () => {
    expect(run(resolve('node_modules/@typescript/native/bin/tsc'), '-p', folder)).toBe('');
  });

  it('prints what the README says', { timeout: 60_000 }, () => {
    expect(run('--import', resolve('scripts/from-source.mjs'), file)).toBe(`${promised}\n`);
  });
});

/** What a Node process says on both its outputs. */
function run(...args: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return stdout + stderr;
}
