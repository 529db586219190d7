// The table of docs/reference/template-keys.md, from the schema of the template language.
import type { Json, JsonObject } from '../packages/contract/src/index.ts';

/** A page that lists every key of the canonical dialect. */
export function templateKeysPage(schema: JsonObject): string {
  const rows = keysOf(schema, '');
  return [
    '# The keys of a template',
    '',
    'Every key of the canonical dialect. Written from the tables that templates are held against, by `npm run schema:template`; how they work together is in [templates.md](templates.md).',
    '',
    '| Key | Value | Default | Meaning |',
    '|---|---|---|---|',
    ...rows.map(({ key, value, usual, meaning }) => `| \`${key}\` | ${value} | ${usual} | ${meaning} |`),
    '',
  ].join('\n');
}

interface Row {
  readonly key: string;
  readonly value: string;
  readonly usual: string;
  readonly meaning: string;
}

function keysOf(schema: JsonObject, prefix: string): Row[] {
  const required = listOf(schema.required);
  return Object.entries(objectOf(schema.properties)).flatMap(([name, value]) => {
    const written = objectOf(value);
    const key = `${prefix}${name}`;
    const form = formOf(written);
    const isRequired = required.includes(name);
    const row: Row = {
      key,
      value: inWords(form),
      usual: isRequired ? 'required' : written.default === undefined ? '' : `\`${JSON.stringify(written.default)}\``,
      meaning: typeof written.description === 'string' ? written.description.replaceAll('|', '\\|') : '',
    };
    return [row, ...below(form, key)];
  });
}

/** Without the alternative that everything else has, of coming out of a variable. */
function formOf(schema: JsonObject): JsonObject {
  return objectOf(listOf(schema.anyOf)[0] ?? schema);
}

function below(form: JsonObject, key: string): Row[] {
  if (form.properties !== undefined) return keysOf(form, `${key}.`);
  // An override says what a step says: once is enough.
  if (key === 'environments.<name>.steps') return [];
  if (form.items !== undefined) return keysOf(formOf(objectOf(form.items)), `${key}[].`);
  const values = objectOf(form.additionalProperties);
  return values.properties === undefined ? [] : keysOf(values, `${key}.<name>.`);
}

function inWords(form: JsonObject): string {
  const words = listOf(form.enum).filter((word) => typeof word === 'string');
  if (words.length > 0) return words.map((word) => `\`${word}\``).join(', ');
  const types = [form.type].flat().filter((type) => typeof type === 'string' && type !== 'null');
  const range = rangeOf(form);
  return types.map((type) => names.get(type) ?? '').join(' or ') + (range === '' ? '' : `, ${range}`);
}

const names: ReadonlyMap<unknown, string> = new Map([
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['integer', 'whole number'],
  ['number', 'number'],
  ['array', 'list'],
  ['object', 'map'],
]);

function rangeOf({ minimum, exclusiveMinimum, maximum }: JsonObject): string {
  if (typeof maximum !== 'number') return typeof minimum === 'number' ? `from ${minimum}` : '';
  return typeof exclusiveMinimum === 'number'
    ? `above ${exclusiveMinimum}, to ${maximum}`
    : `${typeof minimum === 'number' ? minimum : ''} to ${maximum}`;
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isList(value) ? value : [];
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
