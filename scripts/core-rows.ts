// Brings the list of tests in docs/reference/core-rows.md up to date: npm run rows:update
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
export const rowsPage = `${root}docs/reference/core-rows.md`;

/** The page with the tests that name each row, and those that were put there by hand and still exist. */
export function withTestsOf(page: string): string {
  const named = testsByRow();
  return page.replaceAll(
    /^\| (CORE-\d+) \| (.*) \| (.*) \| (.*) \|$/gm,
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
    for (const row of new Set(readFileSync(root + file, 'utf8').match(/CORE-\d+/g))) {
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
  writeFileSync(rowsPage, withTestsOf(readFileSync(rowsPage, 'utf8')));
}
