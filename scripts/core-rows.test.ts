import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rowsPage, withTestsOf } from './core-rows.ts';

// docs/reference/core-rows.md says which tests show which row of the checklist of the engine core.
const page = readFileSync(rowsPage, 'utf8');

it('lists every row once', () => {
  const wanted = Array.from({ length: 137 }, (_, i) => `CORE-${String(i + 1).padStart(2, '0')}`);
  expect([...page.matchAll(/^\| (CORE-\d+) \|/gm)].map(([, row]) => row)).toEqual(wanted);
});

it('names the tests that there are: after changes, npm run rows:update', () => {
  expect(page).toBe(withTestsOf(page));
});
