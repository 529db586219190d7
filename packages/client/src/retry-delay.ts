/** The first wait; each further one is up to twice as long as the one before. */
const baseMs = 200;
const longestMs = 10_000;
/** A server that wants to be left alone for longer is better asked by somebody who has time. */
const longestRetryAfterMs = 60_000;

/**
 * How long to wait before asking again; undefined: do not.
 *
 * @param attempt the number of the attempt that failed, from 1
 * @param retryAfterMs what the server said, if it said anything
 * @param random from 0 to 1: callers that failed together must not come back together
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | undefined, random: number): number | undefined {
  const ownMs = Math.min(longestMs, baseMs * 2 ** (attempt - 1)) * (0.5 + random / 2);
  if (retryAfterMs === undefined) return ownMs;
  if (retryAfterMs > longestRetryAfterMs) return undefined;
  // never before the server wants, and not all at the very moment that it named
  return Math.max(retryAfterMs, 0) + random * baseMs;
}

/** The value of a `Retry-After` header in milliseconds; undefined when it says nothing that can be read. */
export function parseRetryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
