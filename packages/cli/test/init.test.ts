import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { patience, runTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-init-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('SURF-86 init begins a project, and says what to do next', patience, async () => {
  const { code, out } = await runTasker(['init', 'My Shop'], { cwd: folder });
  expect(code).toBe(0);
  for (const file of ['package.json', 'tasker.config.yaml', 'tasks/index.js', 'templates/review.yaml', '.gitignore']) {
    expect(out).toContain(file);
    expect(existsSync(join(folder, 'My Shop', file))).toBe(true);
  }
  expect(out).toMatch(/Next:\n {2}cd My Shop\n {2}npm install\n/);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'My Shop/package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: 'my-shop', type: 'module', dependencies: { '@tasker/cli': '0.1.0' } });
});

it('SURF-86 init overwrites nothing', patience, async () => {
  writeFileSync(join(folder, 'package.json'), '{"name":"mine"}');
  const { code, err } = await runTasker(['init'], { cwd: folder });
  expect(code).toBe(1);
  expect(err).toContain('package.json is there already, and would be overwritten. Name an empty folder');
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{"name":"mine"}');
  expect(existsSync(join(folder, 'tasks'))).toBe(false);
});

it('the template of a new project is sound, and its configuration is in force', patience, async () => {
  const cwd = join(folder, 'sound');
  await runTasker(['init', 'sound'], { cwd: folder });
  const { code, out } = await runTasker(['template', 'validate', 'templates', '--strict'], { cwd });
  expect({ code, out }).toEqual({ code: 0, out: '1 file, 1 sound template: 0 problems, 0 warnings, 0 hints.\n' });
  const doctor = await runTasker(['doctor'], { cwd });
  expect(doctor.out).toMatch(/^templates\.folders +\["templates"\] +.*tasker\.config\.yaml$/m);
});
