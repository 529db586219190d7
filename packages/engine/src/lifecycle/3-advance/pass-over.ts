import type { StepEdit } from './call-advance.sql.ts';
import type { Passed, Skipped, StepInLease } from './step-outcome.ts';

/** What becomes of a step that is not to be run because of what an operator or the submission said; else undefined. */
export function passOver(place: StepInLease, edit: StepEdit | undefined): Passed | Skipped | undefined {
  if (edit?.decided) return { ...place, kind: 'pass', blocked: edit.decided === 'cancel' };
  return edit?.skip ? { ...place, kind: 'skip' } : undefined;
}
