import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LoadTemplatesOptions, loadTemplates } from './load-templates.ts';

let root: string;
let folder: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'templates-'));
});

beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
});

afterAll(() => rm(root, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

const template = (name: string, more = '') =>
  `name: ${name}\n${more}steps:\n  - { name: a, handler: { callable: a } }\n`;

async function load(paths: readonly string[] = [folder], options: LoadTemplatesOptions = {}) {
  const { templates, problems, warnings } = await loadTemplates(paths, { variables: {}, ...options });
  const said = (list: typeof problems) =>
    list.map(({ file = '', line, column, message }) => {
      const place = [relative(folder, file), line, column].filter((part) => part !== undefined).join(':');
      return `${place} ${message.replaceAll(`${folder}/`, '')}`;
    });
  const found = templates.map(({ document, file, line }) => `${relative(folder, file)}:${line} ${document.name}`);
  return { found, problems: said(problems), warnings: said(warnings) };
}

describe('templates in files and folders', () => {
  it('are found at any depth, in the order of their names, in YAML and JSON', async () => {
    await write({
      'b.yaml': template('b'),
      'a/z.yml': `${template('z1')}---\n${template('z2')}`,
      'a/deep/er/c.json': '{"name": "c", "steps": [{"name": "a", "handler": {"callable": "a"}}]}',
      'README.md': 'no template',
      '.hidden.yaml': 'no: template',
      '.git/x.yaml': 'no: template',
      'node_modules/x/y.yaml': 'no: template',
    });
    expect(await load()).toEqual({
      found: ['a/deep/er/c.json:1 c', 'a/z.yml:1 z1', 'a/z.yml:5 z2', 'b.yaml:1 b'],
      problems: [],
      warnings: [],
    });
  });

  it('are read once, however many paths and links lead to them', async () => {
    await write({ 'real/a.yaml': template('a'), 'plain.txt': template('b') });
    await symlink(join(folder, 'real/a.yaml'), join(folder, 'real/link.yaml'));
    await symlink(folder, join(folder, 'real/round'));
    const paths = [
      folder,
      join(folder, 'real'),
      join(folder, 'real/'),
      join(folder, 'real/a.yaml'),
      join(folder, 'plain.txt'),
    ];
    expect(await load(paths)).toEqual({ found: ['real/a.yaml:1 a', 'plain.txt:1 b'], problems: [], warnings: [] });
  });

  it('do not suffer from each other’s faults', async () => {
    await write({
      'a.yaml': template('a'),
      'b.yaml': template('b', 'nmae: x\n'),
      'c.yaml': `${template('c')}---\nname: d\n`,
      'd.yaml': 'steps: [',
      'e.yaml': new Uint8Array([0x6e, 0x3a, 0xff, 0xfe]),
      'f.yaml': '#\n'.repeat(1_100_000),
    });
    expect(await load([folder, join(folder, 'gone.yaml')])).toEqual({
      found: ['a.yaml:1 a', 'c.yaml:1 c'],
      problems: [
        'gone.yaml There is no such file or folder.',
        'b.yaml:2:1 Unknown key `nmae`.',
        'c.yaml:5:1 `steps` is missing.',
        expect.stringMatching(/^d\.yaml:1:\d+ Flow sequence/),
        'e.yaml This is not text in UTF-8.',
        'f.yaml A template file may be at most 2097152 bytes.',
      ],
      warnings: [],
    });
  });

  it('may not be there twice with different content', async () => {
    await write({
      'a.yaml': template('t', 'version: 1.0.0\n'),
      'b.yaml': template('t', 'version: 1.0.0\ndescription: other\n'),
      'c.yaml': template('t', 'version: "1.0.0"\n'),
      'd.yaml': template('t', 'version: 2.0.0\n'),
      'e.yaml': template('t', 'version: 1.0.0\nnamespace_name: mine\n'),
    });
    expect(await load()).toEqual({
      found: ['a.yaml:1 t', 'd.yaml:1 t', 'e.yaml:1 t'],
      problems: ['b.yaml:1:1 default/t@1.0.0 is in a.yaml:1:1 too, with other content.'],
      warnings: ['c.yaml:1:1 default/t@1.0.0 is in a.yaml:1:1 too, and says the same.'],
    });
  });

  it('are read with the environment and the variables that are given', async () => {
    const environments = 'environments:\n  test:\n    steps: [{ name: a, timeout_seconds: "${WAIT}" }]\n';
    await write({ 'a.yaml': template('a', environments) });
    expect((await load([folder], { environment: 'test' })).problems).toEqual([
      'a.yaml:4:41 The variable `WAIT` is not set.',
    ]);
    const { templates } = await loadTemplates([folder], { environment: 'test', variables: { WAIT: '7' } });
    expect(templates[0]?.document.steps[0]?.timeout_seconds).toBe(7);
  });

  it('are missed where there are none', async () => {
    expect(await load()).toEqual({ found: [], problems: [], warnings: [' There are no templates in this folder.'] });
    await write({ 'a.yaml': '# nothing yet\n' });
    expect(await load()).toEqual({ found: [], problems: ['a.yaml There is no template here.'], warnings: [] });
  });
});
