import type { NewsHorizon } from '@tasker/engine';

/** Says how far back one must look for what a snapshot did not show. */
export interface WindowStart {
  /** The time, ISO 8601, before which nothing happens that this horizon does not show. Horizons in their order. */
  after(horizon: NewsHorizon): string;
}

/**
 * What a snapshot does not show is written by transactions that were open then, or began later. When the open ones
 * began is known from the horizons before: one to whom their numbers were still to come is older than they are. (Of
 * those that were open when we began to look, the server tells us, as far as it lets us see them.) And what a
 * transaction writes may have happened before it: a worker has as long as its lease to record an end.
 */
export function createWindowStart(): WindowStart {
  let past: { readonly time: string; readonly nextTransaction: bigint }[] = [];
  return {
    after({ now, openSince, nextTransaction, oldestTransaction, delayMs }) {
      if (past.length === 0) past.push({ time: openSince, nextTransaction: 0n });
      past.push({ time: now, nextTransaction });
      const last = past.findLastIndex((each) => each.nextTransaction <= oldestTransaction);
      past = past.slice(Math.max(0, last));
      const began = past[0]?.time ?? openSince;
      return earlier(began, delayMs + marginMs);
    },
  };
}

/** For what lies between reading the clock and writing. */
const marginMs = 5_000;

function earlier(time: string, ms: number): string {
  return new Date(Date.parse(time) - ms).toISOString().replace('Z', '000Z');
}
