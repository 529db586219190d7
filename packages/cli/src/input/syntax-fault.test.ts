import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { syntaxFault } from './syntax-fault.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-syntax-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

it('finds the line in a module that another imports', () => {
  const entry = write('entry.mjs', "import './sound.mjs';\nexport * from './broken.mjs';\n");
  write('sound.mjs', "import './entry.mjs';\n");
  const broken = write('broken.mjs', '\nconst one = 1;\nexport const two = (one;\n');
  expect(syntaxFault(entry)).toBe(`${relative('', broken)}:3`);
});

it('says nothing of modules that are sound, or not there', () => {
  expect(syntaxFault(write('lonely.mjs', "import './absent.mjs';\n"))).toBeUndefined();
});
