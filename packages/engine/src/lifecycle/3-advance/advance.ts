import type { Clock } from '../../clock.ts';
import type { Database, Queryable } from '../../postgres/database.ts';
import { isSerialization, isUniqueViolation, sqlstate } from '../../postgres/sqlstate.ts';
import { batchOutcomes } from './advance-batch.ts';
import { type AdvanceRow, callAdvance } from './call-advance.sql.ts';
import { lockLeases, type OpenLease } from './lock-leases.sql.ts';
import type { StepOutcome } from './step-outcome.ts';
import { writeAnnotations } from './write-annotations.sql.ts';

export type { HandedStep, StepEdit } from './call-advance.sql.ts';
export { listOpenLeases, lockLeases } from './lock-leases.sql.ts';

export interface AdvanceParams {
  readonly workerId: number;
  /** Number of the lease that this call may write: never used before by this worker. */
  readonly seq: number;
  readonly outcomes: readonly StepOutcome[];
  /** Leases that have nothing left but these outcomes. */
  readonly closed: readonly number[];
  /** At most so many of the steps opened by this call come straight back. */
  readonly keep: number;
  /** At most so many steps are handed out in all; more than `keep` only makes sense with `queues`. */
  readonly want: number;
  /** Queues to take waiting steps from; empty: take none. */
  readonly queues: readonly number[];
  readonly servesQueue: (queue: number) => boolean;
  /** An earlier call with these outcomes may have been committed: look before recording. */
  readonly doubtful: boolean;
}

export interface Advanced extends AdvanceRow {
  /** Outcomes that no longer counted: their lease was lost, revoked, or they were recorded before. */
  readonly refused: readonly StepOutcome[];
}

/** The worker was declared lost: it must register anew, and what it held runs elsewhere. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

/** SQLSTATEs of `tasker.advance`. */
const workerIsLost = 'TK001';
const leaseIsDoubtful = 'TK002';

/** How often a call is repeated that only lost a race for locks. */
const raceLimit = 10;

/** Records outcomes, opens what follows, finishes tasks and hands out the next steps: one round trip, one commit. */
export async function advance(db: Database, clock: Clock, params: AdvanceParams): Promise<Advanced> {
  for (let race = 1; ; race++) {
    try {
      if (params.doubtful) return await db.transaction((tx) => advanceHeld(tx, clock, params));
      if (params.outcomes.some(hasAnnotations)) return await db.transaction((tx) => advanceNoting(tx, clock, params));
      return { ...(await callAdvance(db, toCall(params), clock.elapsed(), false)), refused: [] };
    } catch (error) {
      if (sqlstate(error) === workerIsLost) throw new WorkerLost('the worker was declared lost', { cause: error });
      if (isDoubt(error) && !params.doubtful) return advance(db, clock, { ...params, doubtful: true });
      if (!isSerialization(error) || race >= raceLimit) throw error;
    }
  }
}

/** The step is no longer this worker's: what was written in its transaction must not be committed. */
class StepTakenAway extends Error {
  override readonly name = 'StepTakenAway';
}

/** Records one step in the transaction that did its work; what it opens waits for any worker. */
export async function recordInTransaction(
  tx: Queryable,
  clock: Clock,
  workerId: number,
  outcome: StepOutcome,
): Promise<Advanced> {
  const nothing = { seq: 0, closed: [], keep: 0, want: 0, queues: [], servesQueue: () => false, doubtful: true };
  const advanced = await advanceHeld(tx, clock, { ...nothing, workerId, outcomes: [outcome] });
  if (advanced.refused.length > 0) throw new StepTakenAway('the step was taken away while its transaction ran');
  return advanced;
}

async function advanceNoting(tx: Queryable, clock: Clock, params: AdvanceParams): Promise<Advanced> {
  const advanced = await callAdvance(tx, toCall(params), clock.elapsed(), false);
  await writeAnnotations(tx, params.outcomes);
  return { ...advanced, refused: [] };
}

function hasAnnotations(outcome: StepOutcome): boolean {
  return outcome.kind === 'complete' && outcome.annotations !== null;
}

/** Advances inside a transaction of the caller, after a look at which outcomes still count. */
export async function advanceHeld(tx: Queryable, clock: Clock, params: AdvanceParams): Promise<Advanced> {
  const seqs = new Set([...params.closed, ...params.outcomes.map((outcome) => outcome.lease)]);
  const leases = await lockLeases(tx, params.workerId, [...seqs]);
  const counts = stillOpen(leases);
  const accepted: StepOutcome[] = [];
  const refused: StepOutcome[] = [];
  for (const outcome of params.outcomes)
    (counts.delete(keyOf(outcome.lease, outcome)) ? accepted : refused).push(outcome);
  const open = new Set([...counts].map((key) => Number(key.slice(0, key.indexOf(' ')))));
  const closed = leases.map((lease) => lease.seq).filter((seq) => !open.has(seq));
  const call = toCall({ ...params, outcomes: accepted, closed });
  const advanced = await callAdvance(tx, call, clock.elapsed(), true);
  await writeAnnotations(tx, accepted);
  return { ...advanced, refused };
}

function toCall(params: AdvanceParams) {
  const { workerId, seq, closed, keep, want, queues } = params;
  const closing = new Set(closed);
  const touched = new Set<number>();
  for (const { lease } of params.outcomes) if (!closing.has(lease)) touched.add(lease);
  const batch = batchOutcomes(params.outcomes, params.servesQueue);
  return { workerId, seq, touched: [...touched], closed, batch, keep, want, queues };
}

function isDoubt(error: unknown): boolean {
  return sqlstate(error) === leaseIsDoubtful || isUniqueViolation(error);
}

function stillOpen(leases: readonly OpenLease[]): Set<string> {
  return new Set(leases.flatMap(({ seq, steps }) => steps.map((step) => keyOf(seq, step))));
}

function keyOf(lease: number, step: { taskId: string; step: number; attempt: number }): string {
  return `${lease} ${step.taskId} ${step.step} ${step.attempt}`;
}
