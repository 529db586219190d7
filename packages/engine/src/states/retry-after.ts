/**
 * Reads what a server says about coming back: the value of a `Retry-After` header, or the number of
 * seconds a handler gives. Returns milliseconds from `nowMs`, never negative; `undefined` when nothing
 * sensible can be read. Never throws, since the error that carried the value must not be masked by it.
 *
 * Understood: seconds (`30`, `2.5`, `"30"`; negative counts as 0) and dates (HTTP, RFC 2822, ISO 8601;
 * the past counts as 0).
 */
export function parseRetryAfterMs(value: unknown, nowMs: number): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : Math.max(0, Math.round(value * 1000));
  if (Array.isArray(value)) return value.length === 0 ? undefined : parseRetryAfterMs(value[0], nowMs);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (seconds.test(text)) return Math.max(0, Math.round(Number(text) * 1000));
  return dates.some((pattern) => pattern.test(text)) ? msUntil(Date.parse(text), nowMs) : undefined;
}

const seconds = /^[+-]?\d+(\.\d+)?$/;

// The engine's date parser makes something of almost any text ("in 5" is a day in May), so the shape is
// looked at first: `Fri, 20 Nov 2026 …`, `20 Nov 2026 …`, `2026-11-20T…`.
const dates = [/^(sun|mon|tue|wed|thu|fri|sat)[a-z]*,? /i, /^\d{1,2} [a-z]{3,} \d{4} \d{1,2}:/i, /^\d{4}-\d{2}-\d{2}T/];

function msUntil(timeMs: number, nowMs: number): number | undefined {
  return Number.isNaN(timeMs) ? undefined : Math.max(0, timeMs - nowMs);
}
