/** Timers fire at once for anything longer: some 25 days. */
const longestMs = 2 ** 31 - 1;

/** Aborts after `ms`. */
export function timeLimit(ms: number): AbortSignal {
  return AbortSignal.timeout(Math.ceil(Math.min(ms, longestMs)));
}
