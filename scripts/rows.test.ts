import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checklists, withTestsOf } from './rows.ts';

// docs/reference/*-rows.md say which tests show which row of the checklists.
describe.each(checklists)('the page of the $prefix rows', ({ prefix, rows, page: file }) => {
  const page = readFileSync(file, 'utf8');

  it('lists every row once', () => {
    const wanted = Array.from({ length: rows }, (_, i) => `${prefix}-${String(i + 1).padStart(2, '0')}`);
    expect([...page.matchAll(/^\| ([A-Z]+-\d+) \|/gm)].map(([, row]) => row)).toEqual(wanted);
  });

  it('names the tests that there are: after changes, npm run rows:update', () => {
    expect(page).toBe(withTestsOf(page));
  });
});
