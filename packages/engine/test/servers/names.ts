/** The databases that tests run on; `TASKER_TEST_DATABASES=embedded,pglite` narrows them. */
export function wantedDatabases(): string[] {
  const wanted = process.env.TASKER_TEST_DATABASES?.split(',').map((name) => name.trim());
  const unknown = wanted?.filter((name) => !all.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`TASKER_TEST_DATABASES knows ${all.join(', ')}, not ${unknown.join(', ')}.`);
  return wanted === undefined ? all : all.filter((name) => wanted.includes(name));
}

/** The migrated database that each test's database is a clone of. */
export const templateName = 'tasker_template';

/** The URL of another database on the server of `url`. */
export function databaseUrl(url: string, database: string): string {
  return url.replace(/\/[^/]*$/, `/${database}`);
}

const all = ['embedded', 'system', 'pglite'];
