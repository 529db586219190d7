import type { Json } from '@tasker/contract';
import type { Plan } from '../../src/graph/plan.ts';
import type { JournalRow, LedgerRow } from './journal.ts';
import type { Scenario } from './scenario.ts';

/** Everything that was seen of one simulation: what the database wrote down, and what the processes noticed. */
export interface Course {
  readonly scenario: Scenario;
  readonly journal: readonly JournalRow[];
  planOf(revisionId: number): Plan;
  /** The process behind each worker id, with the number of its life: `process_1 life 2`. */
  readonly processOf: ReadonlyMap<number, string>;
  readonly starts: readonly Start[];
  /** What handlers wrote in the transactions that completed their steps. */
  readonly ledger: readonly LedgerRow[];
  readonly submissions: readonly Submitted[];
  readonly commands: readonly Commanded[];
  /** What processes noticed that must never happen. */
  readonly complaints: readonly string[];
}

/** A handler was called. Moments are what the database's clock had been set to by then. */
export interface Start {
  /** Returned as the result, so that each result tells where it comes from. */
  readonly run: number;
  readonly process: string;
  readonly taskId: string;
  readonly step: string;
  readonly attempt: number;
  readonly time: number;
  readonly inTransaction: boolean;
  /** Results of its parents, as the handler was given them. */
  readonly given: Readonly<Record<string, Json>>;
}

/** A submission that was answered. */
export interface Submitted {
  readonly taskId: string;
  readonly template: number;
  readonly idempotencyKey: string | undefined;
  readonly time: number;
  /** What the submitter was told about the end; undefined as long as it waits. */
  outcome: { readonly status: string; readonly results: Readonly<Record<string, unknown>> } | undefined;
  /** Whether the process that waits is still there. */
  stillWaits: () => boolean;
}

/** An operator's command that was answered with a change. */
export interface Commanded {
  readonly taskId: string;
  readonly kind: string;
  readonly time: number;
}
