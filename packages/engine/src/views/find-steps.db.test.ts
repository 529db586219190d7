import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraryGraph } from '../../test/arbitraries/graph.ts';
import { type EngineByHand, engineByHand } from '../../test/by-hand/engine-by-hand.ts';
import { modelTask, type TaskModel } from '../../test/by-hand/model.ts';
import { accepted, arbitraryMove, player } from '../../test/by-hand/moves.ts';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import { levels } from '../graph/levels.ts';
import type { Plan } from '../graph/plan.ts';
import { stepIdOf } from '../graph/step-id.ts';
import { explain, type ReasonKind } from './explain.sql.ts';
import { findExecutionContexts } from './find-execution-contexts.sql.ts';
import { findReadiness } from './find-readiness.sql.ts';
import { findSteps } from './find-steps.sql.ts';
import { findTask } from './find-task.sql.ts';
import { healthCounts } from './health-counts.sql.ts';
import { listTasks } from './list-tasks.sql.ts';

/** `VIEWS_SEED=17` runs one seed, `VIEWS_SEEDS=300` that many, from `VIEWS_SEED` on if that is given, too. */
const { VIEWS_SEED: chosen, VIEWS_SEEDS: count = chosen === undefined ? '4' : '1' } = process.env;
const seeds = Array.from({ length: Number(count) }, (_, i) => Number(chosen ?? 1) + i);
const tasksPerSeed = 8;

describeEachDatabase((kind) => {
  it.for(seeds)(
    'CORE-35 every view agrees with a model of the task, whatever happens to it (seed %i)',
    async (seed) => {
      const { db } = await kind.fresh();
      const engine = await engineByHand(db);
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(
          arbitraryGraph(8),
          fc.array(fc.nat(5), { minLength: 8, maxLength: 8 }),
          fc.array(arbitraryMove, { minLength: 5, maxLength: 40 }),
          async (graph, bypass, happenings) => {
            runs += 1;
            const steps = Object.fromEntries(graph.map(({ name, dependencies }) => [name, { after: dependencies }]));
            const registered = await engine.register(sketchTemplate(steps, { name: `random_${runs}` }));
            const { plan } = registered;
            const bypassed = plan.steps.filter(({ position }) => bypass[position] === 0);
            const bypassSteps = bypassed.map((step) => step.name);
            const taskId = await engine.submit(registered, { bypassSteps });
            const model = modelTask(
              plan,
              bypassed.map((step) => step.position),
            );
            const worker = await engine.addWorker();
            const happen = player(engine, worker, taskId, model);
            const story = [`bypassed: ${bypassSteps.join(', ') || 'none'}`];
            try {
              await agree(engine, taskId, model);
              for (const move of happenings) {
                const happened = await happen(move);
                if (happened === undefined) continue;
                story.push(happened.told);
                if (happened.status) expect(happened.status, 'what the command returned').toBe(model.taskState());
                await agree(engine, taskId, model);
              }
            } catch (error) {
              throw new Error(['After', ...sketch(plan), ...story].join('\n  '), { cause: error });
            }
            await accepted(engine.control.cancelTask(taskId));
          },
        ),
        // a failure is not made smaller: leaving out one move changes all that come after it
        { numRuns: tasksPerSeed, endOnFailure: true, seed },
      );
    },
  );

  it('a large graph is read whole', async () => {
    const { db } = await kind.fresh();
    const engine = await engineByHand(db);
    const names = Array.from({ length: 2_000 }, (_, i) => `step_${i}`);
    const steps = Object.fromEntries(names.map((name, i) => [name, { after: i === 0 ? [] : [`step_${i - 1}`] }]));
    const registered = await engine.register(sketchTemplate(steps));
    const taskId = await engine.submit(registered, { bypassSteps: names.slice(1_000) });
    expect(await findSteps(db, [taskId])).toHaveLength(2_000);
    expect(await explain(db, taskId)).toHaveLength(3_000);
  });
});

/** The graph, a line per step. */
const sketch = ({ steps }: Plan) =>
  steps.map(({ name, parents }) => `${name} after ${parents.map((each) => steps[each]?.name).join(', ') || 'nothing'}`);

async function agree({ db, now }: EngineByHand, taskId: string, model: TaskModel): Promise<void> {
  const at = now().getTime();
  const { steps } = model.plan;
  const depth = levels(model.plan);
  const views = await findSteps(db, [taskId]);
  expect(views.map(({ position, state }) => ({ position, state }))).toEqual(
    steps.map(({ position }) => ({ position, state: model.stateOf(position) })),
  );
  for (const view of views) {
    const step = steps[view.position];
    expect(view).toMatchObject({
      taskId,
      stepId: stepIdOf(taskId, view.position),
      name: step?.name,
      parents: step?.parents,
      children: step?.children,
      parentNames: step?.parents.map((parent) => steps[parent]?.name),
      level: depth[view.position],
    });
  }

  const [context] = await findExecutionContexts(db, [taskId]);
  expect(context).toEqual(contextOf(model, taskId, at));
  const task = await findTask(db, taskId);
  expect(task?.state).toBe(model.taskState());
  const { tasks } = await listTasks(db, { status: model.taskState(), name: model.plan.name });
  expect(tasks.map((listed) => listed.taskId)).toEqual([taskId]);

  const [end] = await db.query<{ to_state: string }>(
    { text: 'select to_state from tasker.task_transitions where task_id = $1 and most_recent' },
    [taskId],
  );
  expect(end?.to_state ?? 'pending', 'the last transition of the task').toBe(model.taskState());
  const { tasks: counts } = await healthCounts(db);
  expect([counts.pending, counts.inProgress], 'counts of open tasks').toEqual([
    model.taskState() === 'pending' ? 1 : 0,
    model.taskState() === 'in_progress' ? 1 : 0,
  ]);

  const last = await db.query<{ name: string; to_state: string }>(
    { text: 'select name, to_state from tasker.step_transitions where task_id = $1 and most_recent' },
    [taskId],
  );
  const moved = steps.filter(({ position }) => model.stateOf(position) !== 'pending' || wasTouched(model, position));
  expect(new Map(last.map((row) => [row.name, row.to_state]))).toEqual(
    new Map(moved.map((step) => [step.name, model.stateOf(step.position)])),
  );

  // of a task that an operator ended nobody can tell how far its steps would have come
  if (model.wasEndedByHand()) return;
  const readiness = await findReadiness(db, [taskId]);
  expect(readiness).toEqual(steps.map(({ position }) => readinessOf(model, taskId, position, at, readiness[position])));

  const reasons = await explain(db, taskId);
  expect(reasons.map(({ kind }) => kind)).not.toContain('stuck');
  const wrong = steps.flatMap(({ position, name }) => {
    const said = reasons.flatMap(({ step, kind }) => (step === name ? [kind] : []));
    const wanted = reasonsOf(model, position, at);
    const fits = wanted.length === 0 ? said.length === 0 : wanted.some((kind) => said.includes(kind));
    return fits ? [] : [{ name, said, wanted }];
  });
  expect(wrong, 'why steps are not running').toEqual([]);
}

/** One of these must be said of a step, or nothing at all. */
function reasonsOf(model: TaskModel, position: number, now: number): ReasonKind[] {
  if (model.passed(position)) return [];
  if (model.isHeld(position)) return ['lease_held'];
  if (model.waits(position)) {
    return (model.steps[position]?.nextAttemptAt ?? 0) > now ? ['backoff'] : ['queued', 'no_worker'];
  }
  const state = model.stateOf(position);
  if (state === 'error') return ['failed'];
  if (state === 'cancelled') return ['cancelled'];
  return model.isOver() ? ['task_over'] : ['unmet_parent'];
}

/** It has a history, though it is pending again: an operator had it tried once more. */
const wasTouched = (model: TaskModel, position: number) => (model.steps[position]?.attempts ?? 0) > 0;

function readinessOf(model: TaskModel, taskId: string, position: number, now: number, row: unknown): object {
  const step = model.steps[position];
  const { name, parents } = model.plan.steps[position] ?? { name: '', parents: [] };
  if (step === undefined) throw new Error(`no step ${position}`);
  const { attempts, maxAttempts, nextAttemptAt, lastFailureAt } = step;
  const state = model.stateOf(position);
  const waits = model.waits(position);
  const completed = parents.filter(model.passed).length;
  return {
    // times that follow from the last attempt are looked at elsewhere
    ...(typeof row === 'object' && row !== null && 'lastAttemptedAt' in row && 'backoffRequestSeconds' in row
      ? { lastAttemptedAt: row.lastAttemptedAt, backoffRequestSeconds: row.backoffRequestSeconds }
      : {}),
    workflowStepId: stepIdOf(taskId, position),
    taskId,
    namedStepId: position,
    name,
    currentState: state,
    dependenciesSatisfied: completed === parents.length,
    retryEligible: attempts < maxAttempts && !(state === 'error' && nextAttemptAt === null),
    readyForExecution: waits && (state === 'pending' || state === 'error') && (nextAttemptAt ?? 0) <= now,
    lastFailureAt: lastFailureAt === null ? null : new Date(lastFailureAt),
    nextRetryAt: waits && attempts > 0 && nextAttemptAt !== null ? new Date(nextAttemptAt) : null,
    totalParents: parents.length,
    completedParents: completed,
    attempts,
    retryLimit: maxAttempts,
  };
}

function contextOf(model: TaskModel, taskId: string, now: number): object {
  const states = model.steps.map((_, position) => model.stateOf(position));
  const count = (...wanted: string[]) => states.filter((state) => wanted.includes(state)).length;
  const waiting = model.steps.flatMap((step, position) => {
    const state = states[position];
    return model.waits(position) && (state === 'pending' || state === 'error') ? [{ ...step, state }] : [];
  });
  const ready = waiting.filter(({ nextAttemptAt }) => (nextAttemptAt ?? 0) <= now).length;
  const blocked = model.steps.filter(
    (step, position) => states[position] === 'error' && step.nextAttemptAt === null,
  ).length;
  const status = model.taskState();
  const completed = count('complete', 'resolved_manually', 'skipped');
  const failed = count('error');
  const stand =
    status === 'cancelled' || status === 'resolved_manually'
      ? (['finished', 'none', 'healthy'] as const)
      : ready > 0
        ? (['has_ready_steps', 'execute_ready_steps', failed > 0 ? 'recovering' : 'healthy'] as const)
        : count('in_progress') > 0
          ? ([
              'processing',
              'wait_for_completion',
              failed === 0 ? 'healthy' : blocked > 0 ? 'blocked' : 'recovering',
            ] as const)
          : blocked > 0 || status === 'error'
            ? (['blocked_by_failures', 'handle_failures', 'blocked'] as const)
            : completed === states.length
              ? (['all_complete', 'finalize_task', 'healthy'] as const)
              : (['waiting_for_dependencies', 'wait_for_dependencies', failed > 0 ? 'recovering' : 'healthy'] as const);
  return {
    taskId,
    status,
    totalSteps: states.length,
    pendingSteps: count('pending'),
    inProgressSteps: count('in_progress'),
    completedSteps: completed,
    failedSteps: failed,
    readySteps: ready,
    cancelledSteps: count('cancelled'),
    backoffSteps: waiting.filter(({ state, nextAttemptAt }) => state === 'error' && (nextAttemptAt ?? 0) > now).length,
    blockedSteps: blocked,
    executionStatus: stand[0],
    recommendedAction: stand[1],
    completionPercentage: Math.round((10_000 * completed) / states.length) / 100,
    healthStatus: stand[2],
  };
}
