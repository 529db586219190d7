import type { StepState, TaskState } from '@tasker/contract';
import fc from 'fast-check';
import type { CommandResult } from '../../src/control/control.ts';
import { InvalidTransition } from '../../src/errors.ts';
import type { StepInLease } from '../../src/lifecycle/3-advance/step-outcome.ts';
import { nextAttemptDelayMs } from '../../src/states/retry.ts';
import type { EngineByHand, WorkerByHand } from './engine-by-hand.ts';
import type { TaskModel } from './model.ts';

/** One thing that happens; numbers choose among what is possible then. */
export interface Move {
  readonly kind: (typeof ofWorkers)[number] | 'pass' | (typeof onSteps)[number] | (typeof onTasks)[number];
  readonly choice: number;
  readonly choice2: number;
}

const ofWorkers = ['take', 'take_two', 'complete', 'fail', 'fail_for_good', 'release', 'get_lost'] as const;
const onSteps = ['retryStep', 'resolveStep', 'skipStep', 'cancelStep', 'editStep'] as const;
const onTasks = ['retryTask', 'cancelTask', 'resolveTask'] as const;

/** Operators are kept rare, and those who end a task rarer, or no history would grow long. */
export const arbitraryMove: fc.Arbitrary<Move> = fc.record({
  kind: fc.oneof(
    { weight: 22, arbitrary: fc.constant('take' as const) },
    { weight: 6, arbitrary: fc.constant('take_two' as const) },
    { weight: 26, arbitrary: fc.constant('complete' as const) },
    { weight: 9, arbitrary: fc.constant('fail' as const) },
    { weight: 9, arbitrary: fc.constant('fail_for_good' as const) },
    { weight: 3, arbitrary: fc.constant('release' as const) },
    { weight: 1, arbitrary: fc.constant('get_lost' as const) },
    { weight: 8, arbitrary: fc.constant('pass' as const) },
    { weight: 14, arbitrary: fc.constantFrom(...onSteps) },
    { weight: 4, arbitrary: fc.constant('retryTask' as const) },
    { weight: 2, arbitrary: fc.constantFrom('cancelTask' as const, 'resolveTask' as const) },
  ),
  choice: fc.nat(1_000),
  choice2: fc.nat(1_000),
});

/** What a move came to. */
export interface Happened {
  /** For people. */
  readonly told: string;
  /** The state of the task that a command answered with. */
  readonly status?: TaskState;
}

/** Makes things happen to the task and tells the model of them; a move that is not possible then comes to nothing. */
export function player(
  engine: EngineByHand,
  firstWorker: WorkerByHand,
  taskId: string,
  model: TaskModel,
): (move: Move) => Promise<Happened | undefined> {
  let worker = firstWorker;
  const held: StepInLease[] = [];
  const now = () => engine.now().getTime();
  const { control } = engine;
  const nameOf = (position: number) => model.plan.steps[position]?.name ?? '';

  async function take(want: number): Promise<Happened | undefined> {
    const taken = await worker.take(want);
    if (taken.length === 0) return undefined;
    for (const each of taken) model.taken(each.step);
    held.push(...taken);
    return { told: `a worker takes ${taken.map(({ step }) => nameOf(step)).join(' and ')}` };
  }

  /** A step that is not to be run is passed over, whatever else is asked. */
  async function end({ kind, choice, choice2 }: Move): Promise<Happened | undefined> {
    const [step] = held.splice(choice % Math.max(held.length, 1), 1);
    if (step === undefined) return undefined;
    const name = nameOf(step.step);
    if (kind === 'release') {
      await worker.release(step);
      model.released(step.step, now());
      return { told: `the worker hands ${name} back` };
    }
    if (model.stateOf(step.step) !== 'in_progress') {
      await worker.passOver(step);
      model.passedOver(step.step);
      return { told: `the worker passes ${name} over` };
    }
    if (kind === 'complete') {
      await worker.complete(step, { choice });
      model.completed(step.step);
      return { told: `${name} completes` };
    }
    const { attempts = 0, maxAttempts = 1 } = model.steps[step.step] ?? {};
    if (kind === 'fail_for_good' || attempts + 1 >= maxAttempts) {
      await worker.fail(step);
      model.failed(step.step, now(), null);
      return { told: `${name} fails for good` };
    }
    const retryMs = (choice2 % 5) * 1_000;
    await worker.fail(step, { retryMs });
    model.failed(step.step, now(), now() + retryMs);
    return { told: `${name} fails, to be tried again in ${retryMs} ms` };
  }

  /** What a lost worker was about to pass over is passed over; its other attempts have failed. */
  async function getLost(): Promise<Happened> {
    await engine.pass(worker.leaseMs + 1);
    await engine.recoverWorker(worker.id);
    worker = await engine.addWorker();
    for (const { step } of held.splice(0)) {
      const { attempts = 0, maxAttempts = 1 } = model.steps[step] ?? {};
      const policy = model.plan.steps[step]?.retry;
      if (model.stateOf(step) !== 'in_progress') model.passedOver(step);
      else if (policy === undefined || attempts + 1 >= maxAttempts) model.failed(step, now(), null);
      else model.failed(step, now(), now() + nextAttemptDelayMs(policy, attempts + 1, { random: () => 0.5 }));
    }
    return { told: 'the worker is lost; another comes' };
  }

  async function pass({ choice2 }: Move): Promise<Happened> {
    const durationMs = (choice2 % 4) * 1_000;
    await engine.pass(durationMs);
    await worker.beat();
    return { told: `${durationMs} ms pass` };
  }

  async function commandTask(kind: (typeof onTasks)[number]): Promise<Happened | undefined> {
    const failed = model.steps.flatMap(({ phase }, position) => (phase === 'failed' ? [position] : []));
    switch (kind) {
      case 'retryTask': {
        if (failed.some((position) => isDue(model, position, now()))) return undefined;
        const mended = failed.filter((position) => !model.isLeftBehind(position));
        return told(kind, await accepted(control.retryTask(taskId)), () => model.retried(mended, now()));
      }
      case 'cancelTask':
        return told(kind, await accepted(control.cancelTask(taskId)), model.taskCancelled);
      case 'resolveTask':
        return told(kind, await accepted(control.resolveTask(taskId)), model.taskResolved);
    }
  }

  async function commandStep(kind: (typeof onSteps)[number], { choice, choice2 }: Move): Promise<Happened | undefined> {
    const position = choice % model.plan.steps.length;
    const name = nameOf(position);
    const story = `${kind} ${name}`;
    /** A step that is as it is wanted is insisted on: what is decided and waits for a worker takes effect. */
    const unless = (there: StepState, tell: (position: number) => void) =>
      model.stateOf(position) === there ? model.insisted : () => tell(position);
    switch (kind) {
      case 'retryStep':
        if (isDue(model, position, now())) return undefined;
        return told(story, await accepted(control.retryStep(taskId, name)), () => model.retried([position], now()));
      case 'resolveStep': {
        const tell = unless('resolved_manually', model.resolved);
        return told(story, await accepted(control.resolveStep(taskId, name, { by: 'hand' })), tell);
      }
      case 'skipStep':
        return told(story, await accepted(control.skipStep(taskId, name)), unless('skipped', model.skipped));
      case 'cancelStep':
        return told(story, await accepted(control.cancelStep(taskId, name)), unless('cancelled', model.cancelled));
      case 'editStep': {
        const maxAttempts = 1 + (choice2 % 5);
        const result = await accepted(control.editStep(taskId, name, { maxAttempts }));
        return told(`${story} to ${maxAttempts} attempts`, result, () => model.limited(position, maxAttempts));
      }
    }
  }

  function told(story: string, result: CommandResult | undefined, tell: () => void): Happened | undefined {
    if (result === undefined) return undefined;
    const { changed, status } = result;
    if (changed) tell();
    for (const each of held.filter(({ step }) => !model.isHeld(step))) held.splice(held.indexOf(each), 1);
    return { told: `${story}${changed ? '' : ' (nothing changes)'}`, status };
  }

  return async (move) => {
    switch (move.kind) {
      case 'take':
        return take(1);
      case 'take_two':
        return take(2);
      case 'complete':
      case 'fail':
      case 'fail_for_good':
      case 'release':
        return end(move);
      case 'get_lost':
        return getLost();
      case 'pass':
        return pass(move);
      case 'retryTask':
      case 'cancelTask':
      case 'resolveTask':
        return commandTask(move.kind);
      case 'retryStep':
      case 'resolveStep':
      case 'skipStep':
      case 'cancelStep':
      case 'editStep':
        return commandStep(move.kind, move);
    }
  };
}

/** Whether it waits for its next attempt although that is due: a worker may or may not have noticed. */
function isDue(model: TaskModel, position: number, now: number): boolean {
  const step = model.steps[position];
  return step?.phase === 'failed' && step.nextAttemptAt !== null && step.nextAttemptAt <= now;
}

/** What is refused changes nothing. */
export async function accepted(command: Promise<CommandResult>): Promise<CommandResult | undefined> {
  try {
    return await command;
  } catch (error) {
    if (error instanceof InvalidTransition) return undefined;
    throw error;
  }
}
