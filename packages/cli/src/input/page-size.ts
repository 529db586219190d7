import { UsageError } from '../exit.ts';

/** What `--limit` of a list says. */
export function readPageSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new UsageError(`--limit is a number from 1 to 100, not ${JSON.stringify(text)}.`);
}
