/**
 * Statements are written with the schema `tasker`; when the configured one differs, this puts its name in that
 * place: before a dot (`tasker.task`) and after the word schema (`create schema tasker`). So the prefix must not be
 * used for anything else, such as a setting called `tasker.something`.
 */
export function inSchema(text: string, schema: string): string {
  if (schema === defaultSchema) return text;
  return text.replace(/\btasker(?=\.)|(?<=\bschema\s+(?:if\s+(?:not\s+)?exists\s+)?)tasker\b/gi, `"${schema}"`);
}

export const defaultSchema = 'tasker';

/** Refuses names that would have to be escaped somewhere, or that belong to PostgreSQL. */
export function checkSchemaName(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,47}$/.test(schema) || schema.startsWith('pg_') || schema === 'information_schema') {
    throw new Error(
      `The database schema ${JSON.stringify(schema)} cannot be used: it must start with a letter or underscore, hold only ` +
        'lower-case letters, digits and underscores, be at most 48 long and not start with pg_.',
    );
  }
  return schema;
}
