import type { Random } from '../clock.ts';

/** What befalls one thing that a process asks of the database. Times are milliseconds of the simulated clock. */
export interface Fault {
  readonly kind: FaultKind;
  /** On the way to the database. */
  readonly beforeMs: number;
  /** On the way back. */
  readonly afterMs: number;
  /** For `late` and `twice`: until it arrives after all, or again. */
  readonly laterMs: number;
}

/**
 * - `none`: it is done and answered
 * - `refused`: the connection breaks on the way there; nothing has happened
 * - `lost`: the connection breaks on the way back; it has happened, and nobody says so
 * - `late`: the connection breaks, and it happens later
 * - `twice`: it is done and answered, and later it is done again
 * - `crash_before`, `crash_after`: the process crashes before it is done, or after that and before the answer
 */
export type FaultKind = 'none' | 'refused' | 'lost' | 'late' | 'twice' | 'crash_before' | 'crash_after';

/** A statement by itself, one in a transaction, the end of a transaction, or a message to a listener. */
export interface FaultMoment {
  readonly kind: 'statement' | 'in_transaction' | 'commit' | 'message';
  /** Of the statement. */
  readonly name: string | undefined;
}

export type DecideFault = (moment: FaultMoment) => Fault;

export interface FaultRates {
  /** How often each kind happens, from 0 to 1. Default: never. */
  readonly rates?: Partial<Record<Exclude<FaultKind, 'none'>, number>>;
  /** How often a way takes up to `slowMs` instead of up to `latencyMs`. Default: never. */
  readonly slow?: number;
  /** Default 2. */
  readonly latencyMs?: number;
  /** Default 5,000; also the most that `late` and `twice` are late by. */
  readonly slowMs?: number;
}

export const noFault: Fault = { kind: 'none', beforeMs: 0, afterMs: 0, laterMs: 0 };

/** Faults by dice. */
export function randomFaults(random: Random, options: FaultRates): DecideFault {
  const { rates = {}, slow = 0, latencyMs = 2, slowMs = 5_000 } = options;
  const way = () => random() * (random() < slow ? slowMs : latencyMs);
  const kind = (): FaultKind => {
    let dice = random();
    for (const each of kinds) {
      dice -= rates[each] ?? 0;
      if (dice < 0) return each;
    }
    return 'none';
  };
  return () => ({ kind: kind(), beforeMs: way(), afterMs: way(), laterMs: random() * slowMs });
}

const kinds = ['refused', 'lost', 'late', 'twice', 'crash_before', 'crash_after'] as const;
