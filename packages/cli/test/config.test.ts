import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { patience, runTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(join(folder, 'a.yaml'), 'environment: from_the_option\n');
writeFileSync(join(folder, 'b.yaml'), 'environment: from_the_variable\n');
writeFileSync(join(folder, 'bad.yaml'), 'enviroment: x\n');
writeFileSync(
  join(folder, 'order.yaml'),
  'name: order\nsteps:\n  - name: check\n    handler: { callable: x }\n    result_schema: {}\n',
);

async function environment(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const { out } = await runTasker(['template', 'validate', 'order.yaml', '--json', ...args], { cwd: folder, env });
  const report: { readonly environment: unknown } = JSON.parse(out);
  return report.environment;
}

it('the command line goes over variables, those over the file, and the file over the defaults', patience, async () => {
  expect(await environment([])).toBe('development');
  expect(await environment([], { TASKER_CONFIG: 'b.yaml' })).toBe('from_the_variable');
  expect(await environment(['--config', 'a.yaml'], { TASKER_CONFIG: 'b.yaml' })).toBe('from_the_option');
  expect(await environment(['--config', 'a.yaml'], { TASKER_ENV: 'test' })).toBe('test');
  expect(await environment(['--config', 'a.yaml', '--env', 'production'], { TASKER_ENV: 'test' })).toBe('production');
});

it(
  'a mistake in the file that --config names is told, and so is a file that is not there (TC-120)',
  patience,
  async () => {
    const run = (file: string) => runTasker(['template', 'validate', 'order.yaml', '--config', file], { cwd: folder });
    expect((await run('bad.yaml')).err).toContain('enviroment');
    expect((await run('none.yaml')).err).toContain('none.yaml');
    expect((await run('none.yaml')).code).not.toBe(0);
  },
);

it('the templates that are configured are what dev works on', patience, async () => {
  mkdirSync(join(folder, 'templates'));
  writeFileSync(join(folder, 'templates', 'broken.yaml'), 'name: x\n');
  const { code, err } = await runTasker(['dev'], { cwd: folder, env: { TASKER_TEMPLATES: 'templates' } });
  expect(err).toContain('templates/broken.yaml:1:1: `steps` is missing.');
  expect(code).not.toBe(0);
});
