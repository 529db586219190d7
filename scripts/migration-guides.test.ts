import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { markdownBlocks } from './guides/markdown-blocks.ts';
import { walk } from './guides/walk.ts';

const guides = readdirSync('docs/guides').filter((file) => /^migrate.*\.md$/.test(file));

describe.each(guides)('docs/guides/%s', (guide) => {
  const root = resolve('.');
  // In a workspace, so that programs find our packages by their names.
  const folder = mkdtempSync(resolve('examples/.guide-'));
  const blocks = markdownBlocks(readFileSync(join('docs/guides', guide), 'utf8'));
  const journey = walk({
    folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    prepare(line, marks) {
      const command = line
        .replace(/^npx tasker\b/, `node ${JSON.stringify(join(root, 'packages/cli/bin/tasker.mjs'))}`)
        .replace(/^node (?=[\w-]+\.ts$)/, `node --import ${JSON.stringify(join(root, 'scripts/from-source.mjs'))} `);
      return 'in' in marks ? { command, cwd: root } : { command };
    },
  });
  afterAll(async () => {
    await journey.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('does what it shows, and prints what it says', { timeout: 280_000 }, async () => {
    expect(blocks.some(({ marks }) => 'file' in marks)).toBe(true);
    for (const block of blocks) await journey.follow(block);
  });

  it('shows programs that compile with strict settings', { timeout: 120_000 }, () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    expect(files).not.toEqual([]);
    const compilerOptions = { noEmit: true };
    const configuration = { extends: '../../tsconfig.base.json', compilerOptions, files };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration));
    const compiler = resolve('node_modules/@typescript/native/bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
  });
});
