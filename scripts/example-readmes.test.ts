import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readmesOfExamples, scenariosOf } from './example-readmes.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the READMEs of the examples show their graphs and the scenarios that are tested (npm run examples:readmes writes them)', () => {
  const readmes = readmesOfExamples(root);
  expect(readmes.length).toBeGreaterThan(0);
  for (const { file, text } of readmes) expect(readFileSync(file, 'utf8')).toBe(text);
});

test('scenarios are the tests that begin with a number', () => {
  const source = `
    it('01.2 a cat\\'s paw', () => {});
    it.each([1])('01.3 %i pieces', () => {});
    it('something else', () => {});
  `;
  expect(scenariosOf(source, 'a.test.ts')).toEqual([
    { number: '01.2', title: "a cat's paw", file: 'a.test.ts' },
    { number: '01.3', title: '… pieces', file: 'a.test.ts' },
  ]);
});
