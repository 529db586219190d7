import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { patience, runTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-init-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('SURF-86 TC-123 init begins a project, and says what to do next', patience, async () => {
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

it('SURF-86 SURF-88 a dry run of init says what would be written, and writes nothing', patience, async () => {
  const own = join(folder, 'dry');
  mkdirSync(own);
  writeFileSync(join(own, 'package.json'), '{"name":"mine"}');
  const { code, out, err } = await runTasker(['init', '--dry-run'], { cwd: own });
  expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('Nothing was written') });
  expect(out).toContain('written    tasker.config.yaml\n');
  expect(out).toContain('completed  package.json\n');
  expect(readdirSync(own)).toEqual(['package.json']);
  const real = await runTasker(['init', '--json'], { cwd: own });
  const { files } = JSON.parse(real.out) as { files: string[] };
  for (const file of files) expect(out).toContain(` ${file}\n`);
});

it('SURF-86 init overwrites nothing', patience, async () => {
  const own = join(folder, 'own');
  mkdirSync(own);
  writeFileSync(join(own, 'tasker.config.yaml'), 'log: { level: warn }\n');
  const { code, err } = await runTasker(['init'], { cwd: own });
  expect(code).toBe(1);
  expect(err).toContain('tasker.config.yaml is there already, and would be overwritten. Name an empty folder');
  expect(readdirSync(own)).toEqual(['tasker.config.yaml']);
});

it(
  'init adds to a package.json and a .gitignore what they lack, and changes nothing that they say',
  patience,
  async () => {
    const own = join(folder, 'begun');
    mkdirSync(own);
    const dependencies = { '@tasker/cli': 'file:../tasker-cli.tgz', left: '1.0.0' };
    const placeholder = 'echo "Error: no test specified" && exit 1';
    const begun = { name: 'mine', scripts: { dev: 'vite', test: placeholder }, dependencies };
    writeFileSync(join(own, 'package.json'), JSON.stringify(begun));
    writeFileSync(join(own, '.gitignore'), 'node_modules\ndist');
    writeFileSync(join(own, 'README.md'), '# Mine\n');
    const { code, out } = await runTasker(['init'], { cwd: own });
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('missing to package.json and .gitignore.'),
    });
    expect(JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'))).toEqual({
      name: 'mine',
      type: 'module',
      scripts: { dev: 'vite', worker: 'tasker worker --tasks tasks/index.js', test: 'node --test' },
      dependencies: { '@tasker/engine': '0.1.0', ...dependencies },
    });
    expect(readFileSync(join(own, '.gitignore'), 'utf8')).toBe('node_modules\ndist\n.tasker/\n');
    expect(readFileSync(join(own, 'README.md'), 'utf8')).toBe('# Mine\n');
  },
);

it('init does not turn a CommonJS package into an ES module', patience, async () => {
  const own = join(folder, 'common');
  mkdirSync(own);
  writeFileSync(join(own, 'package.json'), '{"type":"commonjs"}');
  const { code, err } = await runTasker(['init'], { cwd: own });
  expect({ code, err }).toMatchObject({
    code: 1,
    err: expect.stringContaining('is "commonjs"; the tasks of a new project'),
  });
  expect(readdirSync(own)).toEqual(['package.json']);
});

it('SURF-87 the template of a new project is sound, and its configuration is in force', patience, async () => {
  const cwd = join(folder, 'sound');
  await runTasker(['init', 'sound'], { cwd: folder });
  const { code, out } = await runTasker(['template', 'validate', 'templates', '--strict'], { cwd });
  expect({ code, out }).toEqual({ code: 0, out: '1 file, 1 sound template: 0 problems, 0 warnings, 0 hints.\n' });
  const doctor = await runTasker(['doctor'], { cwd });
  expect(doctor.out).toMatch(/^templates\.folders +\["templates"\] +.*tasker\.config\.yaml$/m);
});
