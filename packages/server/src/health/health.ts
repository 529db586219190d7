import type { HealthStatusAnswer, Readiness } from '@tasker/contract/wire';
import type { Database } from '@tasker/engine';
import { checkReadiness } from './check-readiness.ts';
import { readStatus } from './read-status.ts';

/** How this process and the system stand. */
export interface Health {
  /** Never rejects: what does not answer is an answer. */
  readiness(): Promise<Readiness>;
  /** Counted at most every so often, for everybody who asks meanwhile. */
  status(): Promise<HealthStatusAnswer>;
}

export interface HealthOptions {
  /** How old the figures of `status` may be, milliseconds. Default 15 000. */
  readonly statusMaxAgeMs?: number;
  /** How long readiness may take to find out, milliseconds. Default 5 000. */
  readonly readinessTimeoutMs?: number;
  /** When the live stream last heard from the database, milliseconds ago; undefined: it does not listen. */
  readonly listenerSilenceMs?: () => number | undefined;
}

export function createHealth(db: Database, options: HealthOptions = {}): Health {
  const { statusMaxAgeMs = 15_000, readinessTimeoutMs = 5_000, listenerSilenceMs = () => undefined } = options;
  let latest: { readonly countedAt: number; readonly counting: Promise<HealthStatusAnswer> } | undefined;

  return {
    readiness: () => checkReadiness(db, { timeoutMs: readinessTimeoutMs, listenerSilenceMs }),
    async status() {
      const now = performance.now();
      const cached = latest !== undefined && now - latest.countedAt < statusMaxAgeMs;
      if (latest === undefined || !cached) latest = { countedAt: now, counting: readStatus(db) };
      const { counting } = latest;
      try {
        return { ...(await counting), cached, timestamp: new Date().toISOString() };
      } catch (error) {
        // a failure is not kept for those who ask later
        if (latest?.counting === counting) latest = undefined;
        throw error;
      }
    },
  };
}
