import type { JsonObject } from '@tasker/contract';
import { parseJson } from '../../json/parse.ts';
import { plainArray, textArray } from '../../postgres/array-literal.ts';
import type { Queryable, SqlValue, Statement } from '../../postgres/database.ts';
import type { AdvanceBatch } from './advance-batch.ts';

export interface AdvanceCall {
  readonly workerId: number;
  /** Number of the lease that this call may write: never used before by this worker. */
  readonly seq: number;
  /** Leases that outcomes of this call belong to and that stay, because more steps of them run. */
  readonly touched: readonly number[];
  /** Leases that have nothing left but outcomes of this call. */
  readonly closed: readonly number[];
  readonly batch: AdvanceBatch;
  /** At most so many of the steps opened by this call come straight back. */
  readonly keep: number;
  /** At most so many steps are handed out in all. */
  readonly want: number;
  /** Queues to take waiting steps from; empty: take none. */
  readonly queues: readonly number[];
}

export interface AdvanceRow {
  /** The step was opened by this call: the worker's cache has its task. */
  readonly kept: readonly HandedStep[];
  /** The step waited in a queue. */
  readonly taken: readonly HandedStep[];
  /** Steps that were opened and left to any worker. */
  readonly leftWaiting: number;
  readonly finished: readonly { readonly taskId: string; readonly state: 'complete' | 'error' | 'cancelled' }[];
  readonly edits: readonly StepEdit[];
  /** Nothing more was ready for this worker. */
  readonly dry: boolean;
  /** Until the next waiting step is due, when `dry` and one waits. */
  readonly nextDueMs: number | undefined;
}

export interface HandedStep {
  readonly taskId: string;
  readonly step: number;
  readonly attempt: number;
}

/** What an operator or the submission changed for one step. */
export interface StepEdit {
  readonly task: string;
  readonly step: number;
  readonly max_attempts: number | null;
  /** Pass over it. */
  readonly skip: boolean;
  /** It is settled or cancelled already: pass it by. */
  readonly decided: 'resolve' | 'cancel' | null;
  readonly inputs: JsonObject | null;
  readonly timeout_ms: number | null;
}

const parameters = Array.from({ length: 29 }, (_, i) => `$${i + 1}`).join(', ');
const statement: Statement = {
  name: 'advance',
  // as text: splitting the arrays here costs a fraction of what a general array parser does
  text: `select kept_task::text, kept_step::text, taken_task::text, taken_step::text, taken_attempt::text,
                left_waiting, finished_task::text, finished_state::text, edits, dry, next_due_ms
           from tasker.advance(${parameters})`,
};

interface Row {
  kept_task: string;
  kept_step: string;
  taken_task: string;
  taken_step: string;
  taken_attempt: string;
  left_waiting: number;
  finished_task: string;
  finished_state: string;
  edits: StepEdit[] | null;
  dry: boolean | null;
  next_due_ms: number | null;
}

/**
 * The one hot statement; `sql/migrations/0002_advance.sql` says what it does and why it is a function.
 *
 * @param now the monotonic clock: how long ago an outcome was is measured at the last moment
 * @param checked the caller holds the leases in this transaction and left out what does not count
 */
export async function callAdvance(
  db: Queryable,
  call: AdvanceCall,
  now: number,
  checked: boolean,
): Promise<AdvanceRow> {
  const [row] = await db.query<Row>(statement, encode(call, now, checked));
  if (row === undefined) throw new Error('tasker.advance returned no row');
  return decode(row);
}

function encode(call: AdvanceCall, now: number, checked: boolean): SqlValue[] {
  const { successes, others, openHere, openElsewhere, arrivals, finished } = call.batch;
  // whole microseconds: numbers with long tails cost time on both sides
  const ago = (moment: number) => Math.max(0, Math.round((now - moment) * 1000));
  return [
    call.workerId,
    call.seq,
    checked,
    plainArray(call.touched),
    plainArray(call.closed),
    plainArray(successes.task),
    plainArray(successes.step),
    plainArray(successes.attempt),
    plainArray(successes.beganAt.map(ago)),
    plainArray(successes.endedAt.map(ago)),
    textArray(successes.result),
    successes.metadata.some((text) => text !== null) ? textArray(successes.metadata) : null,
    others.length === 0 ? null : JSON.stringify(others.map((other) => otherRecord(other, ago))),
    plainArray(openHere.task.concat(openElsewhere.task)),
    plainArray(openHere.step.concat(openElsewhere.step)),
    plainArray(openHere.queue.concat(openElsewhere.queue)),
    plainArray(openHere.priority.concat(openElsewhere.priority)),
    openHere.task.length,
    plainArray(arrivals.task),
    plainArray(arrivals.step),
    plainArray(arrivals.parents),
    plainArray(arrivals.blocked),
    plainArray(arrivals.queue),
    plainArray(arrivals.priority),
    plainArray(arrivals.here),
    plainArray(finished),
    call.keep,
    call.want,
    plainArray(call.queues),
  ];
}

function otherRecord(other: AdvanceBatch['others'][number], ago: (moment: number) => number): object {
  const held = {
    task: other.taskId,
    step: other.step,
    attempt: other.attempt,
    kind: other.kind,
    queue: other.registered.queues[other.step],
    priority: other.priority,
  };
  if (other.kind !== 'error') return held;
  return {
    ...held,
    began: ago(other.beganAt),
    ended: ago(other.endedAt),
    error: parseJson(other.error),
    retry_ms: other.retryMs,
  };
}

function decode(row: Row): AdvanceRow {
  const keptStep = items(row.kept_step);
  const takenStep = items(row.taken_step);
  const takenAttempt = items(row.taken_attempt);
  const finishedState = items(row.finished_state);
  return {
    kept: items(row.kept_task).map((taskId, i) => ({ taskId, step: Number(keptStep[i]), attempt: 1 })),
    taken: items(row.taken_task).map((taskId, i) => ({
      taskId,
      step: Number(takenStep[i]),
      attempt: Number(takenAttempt[i]),
    })),
    leftWaiting: row.left_waiting,
    finished: items(row.finished_task).map((taskId, i) => ({
      taskId,
      state: endState(finishedState[i]),
    })),
    edits: row.edits ?? [],
    dry: row.dry ?? false,
    nextDueMs: row.next_due_ms ?? undefined,
  };
}

function endState(state: string | undefined): 'complete' | 'error' | 'cancelled' {
  if (state === 'complete' || state === 'error' || state === 'cancelled') return state;
  throw new Error(`tasker.advance ended a task as ${state}`);
}

/** The elements of an array literal of uuids, numbers or states: nothing in it is ever quoted. */
function items(literal: string): string[] {
  return literal === '{}' ? [] : literal.slice(1, -1).split(',');
}
