// Proves that every link between our own pages and files leads somewhere, so that ARCHITECTURE.md cannot rot.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
});

const broken = pages.split('\n').filter(Boolean).flatMap(brokenLinks);
for (const problem of broken) console.error(problem);
process.exit(broken.length > 0 ? 1 : 0);

function brokenLinks(page) {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```/gms, '');
  return [...text.matchAll(/\]\((?<target>[^)\s]+)\)/g)]
    .map(({ groups }) => groups.target)
    .filter((target) => !/^[a-z]+:/.test(target) && !leads(page, target))
    .map((target) => `${page} links to ${target}, which is not there`);
}

function leads(page, target) {
  const [path, heading] = target.split('#');
  const file = path === '' ? join(root, page) : join(root, dirname(page), path);
  return existsSync(file) && (!heading || headings(file).has(heading));
}

/** The anchors that a Markdown page offers: its headings, in lower case, words joined by hyphens. */
function headings(file) {
  const lines = readFileSync(file, 'utf8').match(/^#+ .*$/gm) ?? [];
  return new Set(
    lines.map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
