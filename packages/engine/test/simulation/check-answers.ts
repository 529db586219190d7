import { isDeepStrictEqual } from 'node:util';
import type { Course, Submitted } from './course.ts';
import type { TaskRows } from './open-tasks.ts';

/** What callers were told, against what the database wrote down. 6: nothing acknowledged is lost. */
export function checkAnswers(course: Course, tasks: readonly TaskRows[]): string[] {
  const faults = course.complaints.map((complaint) => complaint);
  const insertedAt = new Map<string, number>();
  const actedAt = new Map<string, number[]>();
  const outcomes = new Map<string, Set<string>>();
  for (const { time, change } of course.journal) {
    if (change.after === null) continue;
    if (change.table === 'task') insertedAt.set(change.after.id, time);
    if (change.table === 'action') {
      actedAt.set(change.after.task_id, [...(actedAt.get(change.after.task_id) ?? []), time]);
    }
    if (change.table === 'task_outcome') {
      outcomes.set(change.after.task_id, (outcomes.get(change.after.task_id) ?? new Set()).add(change.after.state));
    }
  }
  for (const { taskId, time } of course.submissions) {
    if ((insertedAt.get(taskId) ?? Number.POSITIVE_INFINITY) > time)
      faults.push(`task ${taskId} was acknowledged and is not there`);
  }
  for (const { taskId, kind, time } of course.commands) {
    if (!actedAt.get(taskId)?.some((at) => at <= time))
      faults.push(`${kind} of task ${taskId} was acknowledged and is not there`);
  }
  faults.push(...checkKeys(course));
  for (const submitted of course.submissions) {
    const rows = tasks.find((task) => task.id === submitted.taskId);
    if (rows !== undefined) faults.push(...checkOutcome(course, submitted, rows, outcomes.get(rows.id) ?? new Set()));
  }
  return faults;
}

/** One idempotency key, one task. */
function checkKeys({ submissions }: Course): string[] {
  const known = new Map<string, string>();
  return submissions.flatMap(({ taskId, template, idempotencyKey }) => {
    if (idempotencyKey === undefined) return [];
    const key = `${template} ${idempotencyKey}`;
    const first = known.get(key) ?? taskId;
    known.set(key, first);
    return first === taskId ? [] : [`tasks ${first} and ${taskId} have the same idempotency key`];
  });
}

function checkOutcome(
  course: Course,
  { taskId, outcome, stillWaits }: Submitted,
  rows: TaskRows,
  outcomes: ReadonlySet<string>,
): string[] {
  if (outcome === undefined) {
    return rows.outcome !== null && stillWaits() ? [`task ${taskId} has ended, and who waits for it was not told`] : [];
  }
  if (!outcomes.has(outcome.status)) return [`task ${taskId} was said to be ${outcome.status}, which it never was`];
  if (outcome.status !== 'complete') return [];
  const plan = course.planOf(rows.revisionId);
  const expected = Object.fromEntries(
    plan.steps.flatMap(({ position, name }) => {
      const resolved = rows.actions.findLast((action) => action.step === position && action.kind === 'resolve');
      const attempt = rows.attempts.get(position)?.find((each) => each.outcome === 'complete');
      const result = resolved?.result ?? attempt?.result;
      return result === undefined ? [] : [[name, result]];
    }),
  );
  if (isDeepStrictEqual({ ...outcome.results }, expected)) return [];
  return [
    `task ${taskId} was said to result in ${JSON.stringify(outcome.results)}, and did in ${JSON.stringify(expected)}`,
  ];
}
