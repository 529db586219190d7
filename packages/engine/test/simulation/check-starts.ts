import { isDeepStrictEqual } from 'node:util';
import type { Course, Start } from './course.ts';
import type { AttemptRow, JournalRow } from './journal.ts';

/** What the handlers have seen, against what the database wrote down. */
export function checkStarts(course: Course): string[] {
  const faults: string[] = [];
  const facts = collectFacts(course.journal);
  const report = (start: Start, fault: string) =>
    faults.push(
      `run ${start.run} (${start.process}, task ${start.taskId}, ${start.step}, attempt ${start.attempt}) ${fault}`,
    );
  const timesStarted = new Map<string, number>();
  for (const start of course.starts) {
    const revision = facts.revisions.get(start.taskId);
    if (revision === undefined) {
      report(start, 'belongs to no task');
      continue;
    }
    const plan = course.planOf(revision);
    const step = plan.steps[plan.positionByName.get(start.step) ?? -1];
    if (step === undefined) continue;
    const key = `${start.taskId} ${step.position}`;
    // 1: every parent is settled
    for (const parent of step.parents) {
      const settledAt = facts.settledAt.get(`${start.taskId} ${parent}`);
      if (settledAt === undefined || settledAt > start.time) report(start, `began before step ${parent} was settled`);
    }
    // 2: it was handed to this process, and each handing out begins once
    const handed = facts.handedOut
      .filter((each) => each.key === `${key} ${start.attempt}` && each.time <= start.time)
      .filter((each) => course.processOf.get(each.worker) === start.process);
    const startKey = `${key} ${start.attempt} ${start.process}`;
    const started = (timesStarted.get(startKey) ?? 0) + 1;
    timesStarted.set(startKey, started);
    if (started > handed.length) report(start, `began ${started} times and was handed out ${handed.length} times`);
    checkBackoff(start, facts.attempts.get(key) ?? [], facts.retriedAt.get(key) ?? [], (fault) => report(start, fault));
    checkGiven(
      start,
      (name) => {
        const parent = plan.positionByName.get(name);
        return facts.results.get(`${start.taskId} ${parent}`) ?? null;
      },
      (fault) => report(start, fault),
    );
  }
  for (const [key, attempts] of facts.attempts) {
    for (const attempt of attempts) {
      const fault = sourceFault(course, key, attempt);
      if (fault !== undefined) faults.push(`attempt ${attempt.attempt} of ${key} ${fault}`);
    }
  }
  return [...faults, ...checkLedger(course, facts)];
}

/** What a handler writes in the transaction that completes its step is there exactly when the step has its result. */
function checkLedger({ ledger, starts }: Course, { attempts }: Facts): string[] {
  const written = new Set<string>();
  const faults: string[] = [];
  for (const { task_id, step, run } of ledger) {
    const key = `${task_id} ${step}`;
    if (written.has(key)) faults.push(`step ${key} has done its work twice`);
    written.add(key);
    const complete = attempts.get(key)?.find((attempt) => attempt.outcome === 'complete');
    if (complete === undefined || runOf(complete) !== run)
      faults.push(`run ${run} of ${key} wrote and did not complete it`);
  }
  for (const [key, list] of attempts) {
    const complete = list.find((attempt) => attempt.outcome === 'complete');
    const start = complete === undefined ? undefined : starts[runOf(complete)];
    if (start?.inTransaction && !written.has(key)) faults.push(`step ${key} is complete without what it wrote`);
  }
  return faults;
}

function runOf({ result }: AttemptRow): number {
  return typeof result === 'object' && result !== null && 'run' in result ? Number(result.run) : -1;
}

interface Facts {
  readonly revisions: Map<string, number>;
  /** By task and step. */
  readonly settledAt: Map<string, number>;
  readonly results: Map<string, unknown>;
  readonly attempts: Map<string, AttemptRow[]>;
  readonly retriedAt: Map<string, number[]>;
  /** Key: task, step and attempt. */
  readonly handedOut: { readonly key: string; readonly worker: number; readonly time: number }[];
}

function collectFacts(journal: readonly JournalRow[]): Facts {
  const facts: Facts = {
    revisions: new Map(),
    settledAt: new Map(),
    results: new Map(),
    attempts: new Map(),
    retriedAt: new Map(),
    handedOut: [],
  };
  const settle = (key: string, time: number) => {
    if (!facts.settledAt.has(key)) facts.settledAt.set(key, time);
  };
  for (const { time, change } of journal) {
    const { table, after } = change;
    if (after === null) continue;
    if (table === 'task') facts.revisions.set(after.id, after.revision_id);
    if (table === 'attempt') {
      const key = `${after.task_id} ${after.step}`;
      facts.attempts.set(key, [...(facts.attempts.get(key) ?? []), after]);
      if (after.outcome !== 'complete') continue;
      settle(key, time);
      facts.results.set(key, after.result);
    }
    if (table === 'action' && after.step !== null) {
      const key = `${after.task_id} ${after.step}`;
      if (after.kind === 'resolve' || after.kind === 'skip') settle(key, time);
      if (after.kind === 'resolve') facts.results.set(key, after.result);
      if (after.kind === 'retry') facts.retriedAt.set(key, [...(facts.retriedAt.get(key) ?? []), time]);
    }
    if (table === 'step_edit' && after.skip) settle(`${after.task_id} ${after.step}`, time);
    if (table === 'lease' && change.before === null) {
      after.tasks.forEach((task, i) => {
        const key = `${task} ${after.steps[i]} ${after.attempts[i]}`;
        facts.handedOut.push({ key, worker: after.worker, time });
      });
    }
  }
  return facts;
}

function checkBackoff(
  start: Start,
  attempts: readonly AttemptRow[],
  retriedAt: readonly number[],
  report: (fault: string) => void,
): void {
  const previous = attempts.find((each) => each.attempt === start.attempt - 1);
  if (previous?.retry_at == null) return;
  const due = microseconds(previous.retry_at);
  if (start.time >= due || retriedAt.some((time) => time <= start.time)) return;
  report(`began ${(due - start.time) / 1000} ms before its backoff was over`);
}

/** A handler is given what was recorded, never what some attempt that did not count came to. */
function checkGiven(start: Start, recorded: (step: string) => unknown, report: (fault: string) => void): void {
  for (const [step, result] of Object.entries(start.given)) {
    if (!isDeepStrictEqual(result, recorded(step))) {
      report(`was given ${JSON.stringify(result)} for ${step}, which returned ${JSON.stringify(recorded(step))}`);
    }
  }
}

/** What a recorded result says about where it comes from is true. */
function sourceFault(course: Course, key: string, recorded: AttemptRow): string | undefined {
  const { attempt, outcome, worker, started_at, finished_at } = recorded;
  if (microseconds(started_at) > microseconds(finished_at)) return 'ended before it began';
  if (outcome !== 'complete') return undefined;
  const start = course.starts[runOf(recorded)];
  if (start === undefined) return `has a result that no handler returned: ${JSON.stringify(recorded.result)}`;
  if (start.process !== course.processOf.get(worker)) return `was recorded for another process than ran it`;
  if (start.attempt !== attempt || !key.startsWith(start.taskId)) return `has the result of another attempt`;
  return undefined;
}

function microseconds(timestamp: string): number {
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? '';
  return Date.parse(timestamp.replace(/\.\d+/, '')) * 1000 + Number(fraction.padEnd(6, '0'));
}
