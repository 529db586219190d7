import { type Reading, readRecord, type Setting } from './read-setting.ts';

/** Headers with their names in lower case; those that are null are left out. */
export function readHeaders(setting: Setting): Reading<Readonly<Record<string, string>>> {
  const record = readRecord(setting);
  if (record.problems !== undefined) return record;
  const headers: Record<string, string> = {};
  const problems: string[] = [];
  for (const [name, value] of entriesOf(record.value)) {
    if (value === null || value === undefined) continue;
    const text = textOf(value);
    const fault = text === undefined ? `must be text, and is ${typeof value}` : headerFault(name, text);
    if (fault === undefined && text !== undefined) headers[name.toLowerCase()] = text;
    else problems.push(`\`${setting.key}.${name}\` ${fault}.`);
  }
  return problems.length > 0 ? { problems } : { value: headers };
}

/** Why a header cannot be sent, as the end of a sentence; does not repeat the value, which may be a secret. */
export function headerFault(name: string, value: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return 'is no name of a header';
  return /[^\t\x20-\x7e\x80-\xff]/.test(value) ? 'holds characters that a header cannot carry' : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function entriesOf(record: object): [string, unknown][] {
  return Object.entries(record);
}
