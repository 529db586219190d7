import type { Clock, Random } from '../clock.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import { type Advanced, advanceHeld, lockLeases } from '../lifecycle/3-advance/advance.ts';
import type { StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import type { Database, Queryable } from '../postgres/database.ts';
import { decideAfterFailure } from '../states/retry.ts';
import { declareLost, findAttemptLimits, listLeases } from './lost-workers.sql.ts';

export interface RecoverDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly loadPlan: (revisionId: number, within: Queryable) => Promise<RegisteredPlan>;
}

export interface Recovered {
  readonly workerName: string;
  readonly outcomes: readonly StepOutcome[];
  readonly finished: Advanced['finished'];
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
    const outcomes = await failuresOf(tx, deps, workerId, workerName);
    const { finished } = await advanceHeld(tx, deps.clock, {
      workerId,
      seq: 0,
      outcomes,
      closed: await listLeases(tx, workerId),
      keep: 0,
      want: 0,
      queues: [],
      servesQueue: () => false,
      doubtful: true,
    });
    return { workerName, outcomes, finished };
  });
}

async function failuresOf(tx: Queryable, deps: RecoverDeps, workerId: number, name: string): Promise<StepOutcome[]> {
  const { clock, random, loadPlan } = deps;
  const held = (await lockLeases(tx, workerId)).flatMap(({ seq: lease, ageMs, steps }) =>
    steps.map((step) => ({ ...step, lease, ageMs })),
  );
  const limits = new Map((await findAttemptLimits(tx, held)).map((limit) => [`${limit.task_id} ${limit.step}`, limit]));
  const error = JSON.stringify({ message: `Worker ${name} was lost.`, class: 'WorkerLost', code: 'WORKER_LOST' });
  const endedAt = clock.elapsed();
  const outcomes: StepOutcome[] = [];
  for (const { taskId, step, attempt, lease, ageMs } of held) {
    const limit = limits.get(`${taskId} ${step}`);
    if (limit === undefined) continue;
    const registered = await loadPlan(limit.revision_id, tx);
    const policy = registered.plan.steps[step]?.retry;
    if (policy === undefined) continue;
    const maxAttempts = limit.max_attempts ?? policy.maxAttempts;
    const decision = decideAfterFailure({ policy, attempt, maxAttempts, failure: { permanent: false }, random });
    const retryMs = decision.kind === 'retry' ? decision.delayMs : null;
    const place = { taskId, registered, step, attempt, lease, priority: limit.priority };
    outcomes.push({ ...place, kind: 'error', beganAt: endedAt - ageMs, endedAt, error, retryMs });
  }
  return outcomes;
}
