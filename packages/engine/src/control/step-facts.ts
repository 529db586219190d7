import type { StepFact } from '../graph/frontier.ts';
import type { HeldTask } from './hold-task.sql.ts';

/** What is known of one step of a held task. */
export interface StepRecord {
  readonly fact: StepFact;
  /** Attempts that were recorded. */
  readonly attempts: number;
  /** The worker holds it. */
  readonly leased: boolean;
  /** It waits in a ready row. */
  readonly ready: boolean;
}

/** By position; a step nobody has touched is not there. */
export function stepRecords(task: HeldTask): Map<number, StepRecord> {
  const steps = new Set<number>();
  for (const { step } of [...task.attempts, ...task.edits, ...task.ready, ...task.leased]) steps.add(step);
  for (const { step } of task.actions) if (step !== null) steps.add(step);
  return new Map([...steps].map((step) => [step, recordOf(task, step)]));
}

export const untouched: StepRecord = { fact: 'untouched', attempts: 0, leased: false, ready: false };

function recordOf(task: HeldTask, step: number): StepRecord {
  const attempts = task.attempts.filter((attempt) => attempt.step === step);
  const leased = task.leased.some((lease) => lease.step === step);
  const ready = task.ready.some((row) => row.step === step);
  return { fact: factOf(task, step, leased || ready), attempts: attempts.length, leased, ready };
}

function factOf(task: HeldTask, step: number, open: boolean): StepFact {
  const action = task.actions.findLast((each) => each.step === step && each.kind !== 'edit');
  if (action?.kind === 'resolve') return 'settled';
  if (action?.kind === 'cancel') return 'dead';
  const last = task.attempts.findLast((attempt) => attempt.step === step);
  if (last?.outcome === 'complete') return 'settled';
  if (action?.kind === 'skip' || task.edits.some((edit) => edit.step === step && edit.skip)) return 'to_skip';
  if (open) return 'open';
  const reopened = action?.kind === 'retry' && last !== undefined && action.attempts >= last.attempt;
  return last === undefined || reopened ? 'untouched' : 'dead';
}
