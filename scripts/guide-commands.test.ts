import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from './guides/free-port.ts';
import { markdownBlocks } from './guides/markdown-blocks.ts';
import { walk } from './guides/walk.ts';

it('the guide to the HTTP server shows commands that work', { timeout: 280_000 }, async () => {
  const root = resolve('.');
  const folder = mkdtempSync(join(tmpdir(), 'tasker-guide-'));
  // As root the database server runs as somebody else, who must get in.
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const port = String(await freePort());
  const tasker = `${process.execPath} ${JSON.stringify(join(root, 'packages/cli/bin/tasker.mjs'))}`;
  const journey = walk({
    folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TASKER_PORT: port,
      TASKER_DATABASE_URL: `file:${join(folder, 'database')}`,
    },
    prepare: (line) => ({
      command: line.replaceAll(/\bnpx tasker\b/g, tasker).replaceAll(':3000', `:${port}`),
      cwd: root,
    }),
  });
  onTestFinished(() => journey.end());
  const blocks = markdownBlocks(readFileSync('docs/guides/http.md', 'utf8'));
  const shown = blocks.filter(({ marks }) => 'in' in marks);
  expect(shown.length).toBeGreaterThan(1);
  for (const block of blocks) if (block.language === 'text' || shown.includes(block)) await journey.follow(block);
});
