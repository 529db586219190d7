import type { Clock, Random } from '../clock.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import { type Advanced, advanceHeld, lockLeases, type StepEdit } from '../lifecycle/3-advance/advance.ts';
import { passOver } from '../lifecycle/3-advance/pass-over.ts';
import type { StepInLease, StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import type { Database, Queryable } from '../postgres/database.ts';
import { decideAfterFailure } from '../states/retry.ts';
import { declareLost, findTasks, listLeases } from './lost-workers.sql.ts';

export interface RecoverDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly loadPlan: (revisionId: number, within: Queryable) => Promise<RegisteredPlan>;
}

export interface Recovered {
  readonly workerName: string;
  readonly ends: readonly RecoveredStep[];
  readonly finished: Advanced['finished'];
}

/** What became of a step that a lost worker held. */
export interface RecoveredStep {
  readonly outcome: StepOutcome;
  readonly correlationId: string;
}

/**
 * Declares a worker lost and ends what it held through the same door as any failure: the attempt counts, its error
 * says that the worker was lost, and the retry policy decides what follows. Undefined when the worker was heard of
 * after all. If it is only slow, the lease rows decide: whoever locks one first.
 */
export async function recoverWorker(deps: RecoverDeps, workerId: number): Promise<Recovered | undefined> {
  return deps.db.transaction(async (tx) => {
    const workerName = await declareLost(tx, workerId);
    if (workerName === undefined) return undefined;
    const ends = await endsOf(tx, deps, workerId, workerName);
    const { finished, refused } = await advanceHeld(tx, deps.clock, {
      workerId,
      seq: 0,
      outcomes: ends.map(({ outcome }) => outcome),
      closed: await listLeases(tx, workerId),
      keep: 0,
      want: 0,
      queues: [],
      servesQueue: () => false,
      doubtful: true,
    });
    return { workerName, ends: ends.filter(({ outcome }) => !refused.includes(outcome)), finished };
  });
}

async function endsOf(tx: Queryable, deps: RecoverDeps, workerId: number, name: string): Promise<RecoveredStep[]> {
  const leases = await lockLeases(tx, workerId);
  const taskIds = new Set(leases.flatMap(({ steps }) => steps.map((step) => step.taskId)));
  const tasks = new Map((await findTasks(tx, [...taskIds])).map((task) => [task.id, task]));
  const ends: RecoveredStep[] = [];
  for (const lease of leases) {
    for (const handed of lease.steps) {
      const task = tasks.get(handed.taskId);
      if (task === undefined) continue;
      const registered = await deps.loadPlan(task.revision_id, tx);
      const place = { ...handed, registered, lease: lease.seq, priority: task.priority };
      const edit = lease.edits.find((each) => each.task === handed.taskId && each.step === handed.step);
      const outcome = passOver(place, edit) ?? failure(deps, place, edit, lease.ageMs, name);
      ends.push({ outcome, correlationId: task.correlation_id ?? task.id });
    }
  }
  return ends;
}

function failure(
  { clock, random }: RecoverDeps,
  place: StepInLease,
  edit: StepEdit | undefined,
  ageMs: number,
  workerName: string,
): StepOutcome {
  const policy = place.registered.plan.steps[place.step]?.retry;
  if (policy === undefined) throw new Error(`task ${place.taskId} has no step ${place.step}`);
  const maxAttempts = edit?.max_attempts ?? policy.maxAttempts;
  const { attempt } = place;
  const decision = decideAfterFailure({ policy, attempt, maxAttempts, failure: { permanent: false }, random });
  const retryMs = decision.kind === 'retry' ? decision.delayMs : null;
  const verdict = { maxAttempts, why: decision.kind === 'retry' ? 'policy' : decision.reason } as const;
  const error = JSON.stringify({ message: `Worker ${workerName} was lost.`, class: 'WorkerLost', code: 'WORKER_LOST' });
  const endedAt = clock.elapsed();
  return { ...place, kind: 'error', beganAt: endedAt - ageMs, endedAt, error, retryMs, verdict };
}
