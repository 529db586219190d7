import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it.each(['guides', 'reference'])('the index of the documentation leads to every page in docs/%s', (folder) => {
  const index = readFileSync('docs/README.md', 'utf8');
  const pages = readdirSync(`docs/${folder}`).filter((file) => file.endsWith('.md'));
  expect(pages.filter((page) => !index.includes(`(${folder}/${page})`))).toEqual([]);
});
