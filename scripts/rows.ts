// Brings the lists of tests in docs/reference/*-rows.md up to date: npm run rows:update
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
/** The checklists: what its rows are called, how many there are, and its page. */
export const checklists = [
  { prefix: 'CORE', rows: 137, page: `${root}docs/reference/core-rows.md` },
  { prefix: 'SURF', rows: 92, page: `${root}docs/reference/surface-rows.md` },
  { prefix: 'TC', rows: 150, page: `${root}docs/reference/second-engine-rows.md` },
] as const;

/** The page with the tests that name each row, and those that were put there by hand and still exist. */
export function withTestsOf(page: string): string {
  const named = testsByRow();
  return page.replaceAll(
    /^\| ([A-Z]+-\d+) \| (.*) \| (.*) \| (.*) \|$/gm,
    (_, row: string, capability: string, note: string, links: string) => {
      const byHand = [...links.matchAll(/\(\.\.\/\.\.\/([^)]+)\)/g)].map(([, file = '']) => file);
      const files = new Set([...byHand.filter((file) => existsSync(root + file)), ...(named.get(row) ?? [])]);
      const listed = [...files].toSorted().map((file) => `[${basename(file)}](../../${file})`);
      return `| ${row} | ${capability} | ${note} | ${listed.join(' · ')} |`;
    },
  );
}

function testsByRow(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of ['packages', 'examples'].flatMap(testsIn)) {
    for (const row of new Set(readFileSync(root + file, 'utf8').match(/\b(?:CORE|SURF|TC)-\d+/g))) {
      found.set(row, [...(found.get(row) ?? []), file]);
    }
  }
  return found;
}

function testsIn(folder: string): string[] {
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { page } of checklists) writeFileSync(page, withTestsOf(readFileSync(page, 'utf8')));
}
