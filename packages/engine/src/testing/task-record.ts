import { AssertionError, deepStrictEqual } from 'node:assert/strict';
import { type HistoryFact, type Queryable, taskHistory } from '../index.ts';

/** How an attempt ended. */
export type AttemptOutcome = 'complete' | 'error' | 'cancelled';

/** What happened to a task, for tests to look at. */
export interface TaskRecord {
  /** Everything, in order. */
  readonly facts: readonly HistoryFact[];
  /** How the attempts of each step ended, in order; steps that were not tried are not there. */
  readonly attempts: Readonly<Record<string, readonly AttemptOutcome[]>>;
  /** Names of steps in the order in which they completed. */
  readonly completed: readonly string[];
  /**
   * Checks how the attempts of these steps ended; of steps that are not named it says nothing.
   *
   * @example record.assertAttempts({ charge: ['error', 'complete'], refund: [] });
   */
  assertAttempts(expected: Readonly<Record<string, readonly AttemptOutcome[]>>): void;
  /**
   * Checks that each of these steps completed, and none before the one that is named before it.
   *
   * @example record.assertOrder('validate', 'charge', 'ship');
   */
  assertOrder(...steps: readonly string[]): void;
}

export async function readTaskRecord(db: Queryable, taskId: string): Promise<TaskRecord> {
  const facts = await taskHistory(db, taskId);
  if (facts.length === 0) throw new Error(`There is no task ${taskId}.`);
  const attempts: Record<string, AttemptOutcome[]> = {};
  for (const { step, kind } of facts) {
    const outcome = attemptKinds.get(kind);
    if (step !== null && outcome !== undefined) (attempts[step] ??= []).push(outcome);
  }
  const completed = facts.flatMap(({ kind, step }) => (kind === 'attempt_complete' && step !== null ? [step] : []));
  return {
    facts,
    attempts,
    completed,
    assertAttempts(expected) {
      const actual = Object.fromEntries(Object.keys(expected).map((step) => [step, attempts[step] ?? []]));
      deepStrictEqual(actual, expected, `The attempts of task ${taskId} are ${JSON.stringify(actual)}.`);
    },
    assertOrder(...steps) {
      const actual = completed.filter((step) => steps.includes(step));
      if (actual.join() === steps.join()) return;
      throw new AssertionError({
        message: `Of these steps of task ${taskId}, ${actual.join(', ') || 'none'} completed, in this order.`,
        actual,
        expected: steps,
      });
    },
  };
}

const attemptKinds = new Map<HistoryFact['kind'], AttemptOutcome>([
  ['attempt_complete', 'complete'],
  ['attempt_error', 'error'],
  ['attempt_cancelled', 'cancelled'],
]);
