import { createHash } from 'node:crypto';

/** A plan over a year of history takes a few megabytes in every connection that keeps it. */
const mostNames = 16;
const timesAsked = 3;
/** What is asked now and then is forgotten when there is too much of it. */
const mostWatched = 500;

/**
 * Gives statements a name, so that their plan is kept, once they have been asked three times. There are as many as
 * there are ways to put filters together, so only the first sixteen get one; planning takes longer than running.
 */
export function oftenAsked(prefix: string): (text: string) => string | undefined {
  const names = new Map<string, string>();
  const times = new Map<string, number>();
  return (text) => {
    const name = names.get(text);
    if (name !== undefined || names.size === mostNames) return name;
    const asked = (times.get(text) ?? 0) + 1;
    if (asked < timesAsked) {
      if (times.size === mostWatched) times.clear();
      times.set(text, asked);
      return undefined;
    }
    times.delete(text);
    // by its content, because others may use the same connection
    const given = `${prefix}_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    names.set(text, given);
    return given;
  };
}
