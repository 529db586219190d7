import type { StepFact } from '../../src/graph/frontier.ts';
import type {
  ActionRow,
  AttemptRow,
  CounterRow,
  EditRow,
  JournalRow,
  LeaseRow,
  OutcomeRow,
  ReadyRow,
} from './journal.ts';

/** One step of a task in a lease, whether or not its attempt has been recorded since. */
export interface LeasedStep {
  readonly worker: number;
  readonly seq: number;
  readonly step: number;
  readonly attempt: number;
}

/** Everything the database holds about one task at some commit. */
export interface TaskRows {
  readonly id: string;
  revisionId: number;
  outcome: OutcomeRow['state'] | null;
  readonly attempts: Map<number, AttemptRow[]>;
  readonly actions: ActionRow[];
  readonly edits: Map<number, EditRow>;
  readonly ready: Map<number, ReadyRow>;
  readonly counters: Map<number, CounterRow>;
  leased: LeasedStep[];
}

/** The database as the journal tells it, commit by commit. */
export interface Replay {
  /** Takes one commit over; returns the tasks that it touched. */
  apply(commit: readonly JournalRow[]): Set<string>;
  task(taskId: string): TaskRows;
  tasks(): TaskRows[];
  leases(): LeaseRow[];
}

export function createReplay(): Replay {
  const tasks = new Map<string, TaskRows>();
  const leases = new Map<string, LeaseRow>();

  function task(id: string): TaskRows {
    const known = tasks.get(id);
    if (known !== undefined) return known;
    const made: TaskRows = {
      id,
      revisionId: 0,
      outcome: null,
      attempts: new Map(),
      actions: [],
      edits: new Map(),
      ready: new Map(),
      counters: new Map(),
      leased: [],
    };
    tasks.set(id, made);
    return made;
  }

  function applyRow({ change }: JournalRow): readonly string[] {
    switch (change.table) {
      case 'task':
        if (change.after !== null) task(change.after.id).revisionId = change.after.revision_id;
        return [(change.after ?? change.before)?.id ?? ''];
      case 'task_outcome':
        return onTask(change, (rows, row, there) => {
          rows.outcome = there ? row.state : null;
        });
      case 'attempt':
        return onTask(change, (rows, row) => {
          rows.attempts.set(row.step, [...(rows.attempts.get(row.step) ?? []), row]);
        });
      case 'action':
        return onTask(change, (rows, row) => rows.actions.push(row));
      case 'ready':
        return onTask(change, (rows, row, there) => put(rows.ready, row, there));
      case 'join_counter':
        return onTask(change, (rows, row, there) => put(rows.counters, row, there));
      case 'step_edit':
        return onTask(change, (rows, row, there) => put(rows.edits, row, there));
      case 'lease': {
        const { before, after } = change;
        if (before !== null) dropLease(before);
        if (after !== null) addLease(after);
        return [...(before?.tasks ?? []), ...(after?.tasks ?? [])];
      }
    }
  }

  function onTask<Row extends { readonly task_id: string }>(
    change: { readonly before: Row | null; readonly after: Row | null },
    act: (rows: TaskRows, row: Row, there: boolean) => void,
  ): string[] {
    const row = change.after ?? change.before;
    if (row === null) return [];
    act(task(row.task_id), row, change.after !== null);
    return [row.task_id];
  }

  function addLease(lease: LeaseRow): void {
    leases.set(`${lease.worker} ${lease.seq}`, lease);
    lease.tasks.forEach((id, i) => {
      const { worker, seq } = lease;
      task(id).leased.push({ worker, seq, step: lease.steps[i] ?? -1, attempt: lease.attempts[i] ?? -1 });
    });
  }

  function dropLease({ worker, seq, tasks: listed }: LeaseRow): void {
    leases.delete(`${worker} ${seq}`);
    for (const id of listed) {
      const rows = task(id);
      rows.leased = rows.leased.filter((each) => each.worker !== worker || each.seq !== seq);
    }
  }

  return {
    apply: (commit) => new Set(commit.flatMap(applyRow)),
    task,
    tasks: () => [...tasks.values()],
    leases: () => [...leases.values()],
  };
}

function put<Row extends { readonly step: number }>(rows: Map<number, Row>, row: Row, there: boolean): void {
  if (there) rows.set(row.step, row);
  else rows.delete(row.step);
}

/** Steps in leases whose attempts are not over. */
export function liveSteps(rows: TaskRows): LeasedStep[] {
  return rows.leased.filter(
    ({ step, attempt }) => !(rows.attempts.get(step) ?? []).some((each) => each.attempt === attempt),
  );
}

/** What the history says about a step, worked out independently of the engine. */
export function factOf(rows: TaskRows, step: number): StepFact {
  const action = rows.actions.findLast((each) => each.step === step && each.kind !== 'edit');
  const last = rows.attempts.get(step)?.at(-1);
  if (last?.outcome === 'complete') return 'settled';
  // what an operator said before it was reached is heeded by the worker that it is handed to
  if (rows.ready.has(step) || liveSteps(rows).some((each) => each.step === step)) return 'open';
  if (action?.kind === 'resolve') return 'settled';
  if (action?.kind === 'cancel') return 'dead';
  if (action?.kind === 'skip' || rows.edits.get(step)?.skip) return 'to_skip';
  const isFinal = last !== undefined && last.retry_at === null;
  const isReopened = action?.kind === 'retry' && action.attempts >= (last?.attempt ?? 0);
  return isFinal && !isReopened ? 'dead' : 'untouched';
}
