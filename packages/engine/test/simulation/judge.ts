import { isDeepStrictEqual } from 'node:util';
import { frontierOf } from '../../src/graph/frontier.ts';
import type { Plan } from '../../src/graph/plan.ts';
import { checkAnswers } from './check-answers.ts';
import { checkStarts } from './check-starts.ts';
import type { Course } from './course.ts';
import type { AttemptRow, JournalRow } from './journal.ts';
import { createReplay, factOf, liveSteps, type TaskRows } from './open-tasks.ts';

/**
 * Holds a simulation against the invariants of the architecture, after every commit, and returns what it finds wrong.
 * Numbers in comments are those of the invariants.
 */
export function judge(course: Course): string[] {
  const faults: string[] = [];
  const report = (fault: string) => faults.push(fault);
  const replay = createReplay();
  for (const commit of commitsOf(course.journal)) {
    const at = whenOf(commit);
    for (const row of commit) {
      if (row.change.table === 'attempt' && row.change.after !== null) {
        checkHolder(replay.task(row.change.after.task_id), row.change.after, (fault) => report(`${at}: ${fault}`));
      }
    }
    for (const taskId of replay.apply(commit)) {
      const rows = replay.task(taskId);
      checkTask(course.planOf(rows.revisionId), rows, (fault) => report(`${at} task ${taskId}: ${fault}`));
    }
    // one thing gone wrong makes others go wrong: the first is the one to look at
    if (faults.length > 0) return faults;
  }
  for (const rows of replay.tasks()) {
    if (rows.outcome === null) report(`task ${rows.id} has not ended`);
  }
  for (const lease of replay.leases()) report(`lease ${lease.worker}/${lease.seq} is left over`);
  return [...faults, ...checkStarts(course), ...checkAnswers(course, replay.tasks())];
}

function commitsOf(journal: readonly JournalRow[]): JournalRow[][] {
  const commits: JournalRow[][] = [];
  for (const row of journal) {
    const current = commits.at(-1);
    if (current?.[0]?.commit === row.commit) current.push(row);
    else commits.push([row]);
  }
  return commits;
}

function whenOf(commit: readonly JournalRow[]): string {
  return `commit ${commit[0]?.n} at ${new Date((commit[0]?.time ?? 0) / 1000).toISOString()}`;
}

/** 2: an attempt belongs to who held its lease when it was recorded. */
function checkHolder(before: TaskRows, recorded: AttemptRow, report: (fault: string) => void): void {
  const { step, attempt, worker } = recorded;
  const holders = liveSteps(before).filter((each) => each.step === step && each.attempt === attempt);
  if (!holders.some((each) => each.worker === worker)) {
    report(`attempt ${attempt} of step ${step} was recorded for worker ${worker}, which did not hold it`);
  }
}

function checkTask(plan: Plan, rows: TaskRows, report: (fault: string) => void): void {
  const live = liveSteps(rows);
  for (const { position } of plan.steps) checkStep(rows, live, position, report);
  const open = rows.ready.size + live.length;
  if (rows.outcome !== null) {
    // 4: what has ended has nothing left in the frontier
    if (open > 0) report(`it is ${rows.outcome} with ${open} steps open`);
    if (rows.counters.size > 0) report(`it is ${rows.outcome} with joins under way`);
    // an operator's word ends a task wherever it is
    const end = rows.actions.findLast((action) => action.step === null)?.kind;
    if (end === 'cancel' || end === 'resolve') return;
  } else if (open === 0) report('it is open and has nothing that would wake it'); // 5
  checkFrontier(plan, rows, report);
}

function checkStep(
  rows: TaskRows,
  live: ReturnType<typeof liveSteps>,
  position: number,
  report: (fault: string) => void,
): void {
  const attempts = rows.attempts.get(position) ?? [];
  // 3: numbered without gaps, at most one success, and nothing after it
  if (attempts.some((each, i) => each.attempt !== i + 1)) report(`the attempts of step ${position} are not 1, 2, 3, …`);
  if (attempts.some((each, i) => each.outcome === 'complete' && i < attempts.length - 1)) {
    report(`step ${position} was tried again after it had succeeded`);
  }
  // 2: held once at most
  const ready = rows.ready.get(position);
  const held = live.filter((each) => each.step === position);
  if (held.length + (ready === undefined ? 0 : 1) > 1) report(`step ${position} is open more than once`);
  const next = ready?.attempt ?? held[0]?.attempt;
  if (next !== undefined && next !== attempts.length + 1) report(`step ${position} is open as attempt ${next}`);
}

/** The frontier that was kept up step by step is the one that follows from history. */
function checkFrontier(plan: Plan, rows: TaskRows, report: (fault: string) => void): void {
  const frontier = frontierOf(plan, (position) => factOf(rows, position));
  if (frontier.toOpen.length > 0) report(`steps ${frontier.toOpen.join(', ')} should be open`);
  if (frontier.toClose.length > 0) report(`steps ${frontier.toClose.join(', ')} should not be open`);
  const counters = [...rows.counters.values()]
    .map(({ step, parents, remaining, blocked }) => ({ step, parents, remaining, blocked }))
    .toSorted(byStep);
  const expected = [...frontier.counters].toSorted(byStep);
  if (rows.outcome === null && !isDeepStrictEqual(counters, expected)) {
    report(`joins stand at ${JSON.stringify(counters)} and should at ${JSON.stringify(expected)}`);
  }
  // 4: a task has ended exactly when everything has arrived
  const ended = rows.outcome === null ? null : rows.outcome === 'complete' ? 'complete' : 'blocked';
  if (ended !== frontier.end) report(`it is ${rows.outcome ?? 'open'} and should be ${frontier.end ?? 'open'}`);
}

function byStep(one: { readonly step: number }, other: { readonly step: number }): number {
  return one.step - other.step;
}
