import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from './guides/free-port.ts';
import { markdownBlocks } from './guides/markdown-blocks.ts';
import { type Walk, walk } from './guides/walk.ts';

const root = resolve('.');
const blocks = markdownBlocks(readFileSync('docs/guides/getting-started.md', 'utf8'));
const headings = [...new Set(blocks.map(({ heading }) => heading))];

describe('who follows the guide to get started, from packed packages in an empty folder, gets what it says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tasker-walk-'));
  // The page begins in a clone: the new folder and the packages become its neighbours.
  const clone = join(folder, 'clone');
  let journey: Walk;
  let failed: string | undefined;

  beforeAll(async () => {
    const env = cleanEnvironment(await freePort());
    mkdirSync(clone);
    journey = walk({
      folder: clone,
      env,
      prepare(line, marks) {
        if ('in' in marks) {
          return { command: line.replaceAll('../tasker-packages', join(folder, 'tasker-packages')), cwd: root };
        }
        if (line.startsWith('npm install')) return { command: installCommand(line) };
        const port = `:${env['TASKER_PORT']}`;
        return { command: line.replaceAll(/\bnpx tasker\b/g, 'node_modules/.bin/tasker').replaceAll(':3000', port) };
      },
    });
  });
  afterAll(async () => {
    await journey.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(headings)('%s', { timeout: 280_000 }, async (heading) => {
    expect(failed, 'an earlier part has failed').toBeUndefined();
    failed = heading;
    for (const block of blocks) if (block.heading === heading) await journey.follow(block);
    failed = undefined;
  });
});

/** Without a registry the packages are laid out by hand, with the dependencies that this repository has. */
function installCommand(command: string): string {
  const layOut = `node ${JSON.stringify(join(root, 'scripts/guides/lay-out-packages.mjs'))}`;
  return `if npm ping --fetch-retries=0 --fetch-timeout=10000; then ${command}; else ${layOut}; fi`;
}

/** What a terminal has, and nothing of what npm and the test runner have told this process. */
function cleanEnvironment(port: number): Record<string, string> {
  const kept =
    /^(?:PATH|HOME|USER|LANG|TMPDIR|NODE_EXTRA_CA_CERTS|(?:https?|no)_proxy|npm_config_(?:registry|cache|userconfig|cafile))$/i;
  const env: Record<string, string> = {
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_prefer_offline: 'true',
    TASKER_PORT: String(port),
  };
  for (const [key, value] of Object.entries(process.env)) {
    if (value !== undefined && kept.test(key)) env[key] = value;
  }
  return env;
}
