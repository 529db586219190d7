import { expect, it } from 'vitest';
import { parseConnectionUrl, printableUrl } from './connection-url.ts';

it('takes our own parameters out of the URL and leaves the driver its own', () => {
  expect(parseConnectionUrl('postgres://u:p@h/db')).toEqual({
    connectionString: 'postgres://u:p@h/db',
    prepare: undefined,
  });
  expect(parseConnectionUrl('postgres://h/db?prepare=false')).toEqual({
    connectionString: 'postgres://h/db',
    prepare: false,
  });
  expect(parseConnectionUrl('postgres://h/db?sslmode=verify-full&pgbouncer=true')).toEqual({
    connectionString: 'postgres://h/db?sslmode=verify-full',
    prepare: false,
  });
  expect(parseConnectionUrl('postgres://h/db?pgbouncer=true&prepare=true').prepare).toBe(true);
  expect(parseConnectionUrl('postgres://h/db?pgbouncer=false').prepare).toBeUndefined();
});

it('refuses a parameter that is neither true nor false', () => {
  expect(() => parseConnectionUrl('postgres://h/db?prepare=maybe')).toThrow(/parameter prepare must be true or false/);
});

it('prints a URL without anything that could be secret', () => {
  expect(printableUrl('postgres://user:secret@host:5432/db?password=secret')).toBe('postgres://user@host:5432/db');
  for (const password of ['a/b', 'a@b', 'a?b', 'a#b', 'a:b']) {
    const printed = printableUrl(`postgres://user:${password}-secret@host/db`);
    expect(printed).toBe('postgres://user@host/db');
  }
  expect(printableUrl('postgres://host/db')).toBe('postgres://host/db');
});
