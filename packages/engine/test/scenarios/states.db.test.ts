import { type StepState, stepStates, type TaskState, taskStates } from '@tasker/contract';
import { expect, it } from 'vitest';
import {
  type CommandResult,
  type Database,
  findSteps,
  findTask,
  InvalidTransition,
  type StepContext,
  type Tasker,
} from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { graphOf } from './graph-of.ts';
import { isStep, listen, untilAborted } from './signals.ts';
import { start } from './start.ts';

// The states of contract.md section 5, and what operators may make of each: every pair of a state and a command, on
// the running engine. States that later parts of the engine bring (`waiting`) are not reached here.

type Command = 'cancel' | 'retry' | 'resolve' | 'skip';
type Verdict = StepState | TaskState | 'same' | 'refused';

const by = { actor: 'ada', reason: 'because' };

describeOneDatabase((kind) => {
  it.each<[TaskState, Record<Exclude<Command, 'skip'>, Verdict>]>([
    ['pending', { cancel: 'cancelled', retry: 'refused', resolve: 'refused' }],
    ['in_progress', { cancel: 'cancelled', retry: 'refused', resolve: 'refused' }],
    ['complete', { cancel: 'refused', retry: 'refused', resolve: 'refused' }],
    ['error', { cancel: 'cancelled', retry: 'in_progress', resolve: 'resolved_manually' }],
    ['cancelled', { cancel: 'same', retry: 'refused', resolve: 'refused' }],
    ['resolved_manually', { cancel: 'refused', retry: 'refused', resolve: 'same' }],
  ])('a task that is %s (CORE-26, CORE-30, CORE-85, CORE-86, TC-11)', async (state, verdicts) => {
    const { db } = await kind.fresh();
    const lives = await liveIn(db);
    for (const [name, verdict] of entriesOf(verdicts)) {
      const taskId = await lives.taskIn(state);
      expect(await stateOfTask(lives.tasker, taskId)).toBe(state);
      const { cancelTask, retryTask, resolveTask } = lives.tasker;
      const commands = { cancel: cancelTask, retry: retryTask, resolve: resolveTask };
      const told = commands[name](taskId, by);
      expect([name, await verdictOn(told, `Task ${taskId} is ${state} and cannot become`)]).toEqual([name, verdict]);
      expect(await stateOfTask(lives.tasker, taskId)).toBe(
        verdict === 'refused' || verdict === 'same' ? state : verdict,
      );
    }
  });

  it.each<[Exclude<StepState, 'waiting'>, Record<Command, Verdict>]>([
    ['pending', { cancel: 'cancelled', retry: 'refused', resolve: 'resolved_manually', skip: 'skipped' }],
    ['in_progress', { cancel: 'cancelled', retry: 'refused', resolve: 'refused', skip: 'refused' }],
    ['complete', { cancel: 'refused', retry: 'refused', resolve: 'refused', skip: 'refused' }],
    ['error', { cancel: 'cancelled', retry: 'in_progress', resolve: 'resolved_manually', skip: 'skipped' }],
    ['cancelled', { cancel: 'same', retry: 'refused', resolve: 'refused', skip: 'refused' }],
    ['resolved_manually', { cancel: 'refused', retry: 'refused', resolve: 'same', skip: 'refused' }],
    ['skipped', { cancel: 'refused', retry: 'refused', resolve: 'refused', skip: 'same' }],
  ])('a step that is %s, in a task that is open (CORE-27, CORE-30, CORE-85, TC-12)', async (state, verdicts) => {
    const { db } = await kind.fresh();
    const lives = await liveIn(db);
    for (const [name, verdict] of entriesOf(verdicts)) {
      const taskId = await lives.stepIn(state);
      expect(await stateOfStep(lives.tasker, taskId)).toBe(state);
      const { cancelStep, retryStep, resolveStep, skipStep } = lives.tasker;
      const resolve: typeof retryStep = (id, step, note) => resolveStep(id, step, { by: 'hand' }, note);
      const commands = { cancel: cancelStep, retry: retryStep, skip: skipStep, resolve };
      const told = commands[name](taskId, 'subject', by);
      const expected = verdict === 'refused' || verdict === 'same' ? verdict : 'in_progress';
      const message = `Step subject of task ${taskId} is ${state} and cannot become`;
      expect([name, await verdictOn(told, message)]).toEqual([name, expected]);
      if (verdict === 'in_progress') {
        await lives.heard.until(
          'step.execution_requested',
          (event) => 'step_name' in event && event.attempt_number === 2,
        );
      }
      expect(await stateOfStep(lives.tasker, taskId)).toBe(
        verdict === 'refused' || verdict === 'same' ? state : verdict,
      );
    }
  });

  it('the matrix above knows every state', () => {
    expect(taskStates).toHaveLength(6);
    expect(stepStates.filter((state) => state !== 'waiting')).toHaveLength(7);
  });

  it.each<[TaskState, Record<Command, Verdict>]>([
    ['complete', { cancel: 'refused', retry: 'refused', resolve: 'refused', skip: 'refused' }],
    ['cancelled', { cancel: 'refused', retry: 'refused', resolve: 'refused', skip: 'refused' }],
    ['resolved_manually', { cancel: 'refused', retry: 'refused', resolve: 'refused', skip: 'refused' }],
  ])('no step of a task that is %s can be changed any more (TC-13)', async (state, verdicts) => {
    const { db } = await kind.fresh();
    const { tasker, taskIn } = await liveIn(db);
    const taskId = await taskIn(state);
    const before = await findSteps(db, [taskId]);
    for (const step of before.map(({ name }) => name)) {
      expect({
        cancel: await verdictOn(tasker.cancelStep(taskId, step)),
        retry: await verdictOn(tasker.retryStep(taskId, step)),
        resolve: await verdictOn(tasker.resolveStep(taskId, step, 1)),
        skip: await verdictOn(tasker.skipStep(taskId, step)),
      }).toEqual(verdicts);
      await expect(tasker.editStep(taskId, step, { maxAttempts: 9 })).rejects.toThrow(InvalidTransition);
    }
    expect(await findSteps(db, [taskId])).toEqual(before);
  });
});

/** A Tasker, and ways to bring tasks and steps into each state, by what brings them there in life. */
async function liveIn(db: Database) {
  const every = { retry: { max_attempts: 1 } };
  const templates = [
    graphOf({ subject: [] }, { name: 'alone', every }),
    graphOf({ subject: [] }, { name: 'unserved', every: { handler: { callable: 'nobody has it' } } }),
    // another step keeps the task open
    graphOf({ other: [], subject: [] }, { name: 'beside', every }),
    graphOf({ other: [], subject: ['other'] }, { name: 'below', every }),
  ];
  const tasker = await start(db, { templates, handlers: { do: doAsTold } });
  const heard = listen(tasker);
  const submit = async (name: string, context: object) => (await tasker.submit({ name, context })).id;

  async function ended(context: object): Promise<string> {
    const task = await tasker.submit({ name: 'alone', context });
    await task.completed();
    return task.id;
  }

  async function begun(name: string, context: object): Promise<string> {
    const taskId = await submit(name, context);
    await heard.until('step.execution_requested', isStep(taskId, 'subject'));
    return taskId;
  }

  async function failedBeside(): Promise<string> {
    const taskId = await submit('beside', { other: 'hold', subject: 'fail' });
    await heard.until('step.failed', isStep(taskId));
    return taskId;
  }

  return {
    tasker,
    heard,
    async taskIn(state: TaskState): Promise<string> {
      if (state === 'pending') return submit('unserved', {});
      if (state === 'in_progress') return begun('alone', { subject: 'hold' });
      if (state === 'complete') return ended({});
      const taskId = await ended({ subject: 'fail' });
      if (state === 'cancelled') await tasker.cancelTask(taskId);
      if (state === 'resolved_manually') await tasker.resolveTask(taskId);
      return taskId;
    },
    async stepIn(state: Exclude<StepState, 'waiting'>): Promise<string> {
      if (state === 'pending') return submit('below', { other: 'hold' });
      if (state === 'in_progress') return begun('beside', { other: 'hold', subject: 'hold' });
      if (state === 'complete') {
        const taskId = await submit('beside', { other: 'hold' });
        await heard.until('step.completed', isStep(taskId));
        return taskId;
      }
      const taskId = await failedBeside();
      if (state === 'cancelled') await tasker.cancelStep(taskId, 'subject');
      if (state === 'resolved_manually') await tasker.resolveStep(taskId, 'subject', {});
      if (state === 'skipped') await tasker.skipStep(taskId, 'subject');
      return taskId;
    },
  };
}

/** A task's context says, by step, what its handlers do: hold, fail (at first), or nothing in particular. */
async function doAsTold({ stepName, attempt, signal, inputData }: StepContext): Promise<object> {
  if (inputData[stepName] === 'fail' && attempt === 1) throw new Error('as told');
  if (inputData[stepName] !== undefined) await untilAborted(signal);
  return { done: stepName };
}

async function stateOfTask({ db }: Tasker, taskId: string) {
  return (await findTask(db, taskId))?.state;
}

async function stateOfStep({ db }: Tasker, taskId: string) {
  return (await findSteps(db, [taskId])).find(({ name }) => name === 'subject')?.state;
}

function entriesOf<Key extends string, Value>(record: Record<Key, Value>): [Key, Value][] {
  const keys = Object.keys(record) as Key[];
  return keys.map((key) => [key, record[key]]);
}

async function verdictOn(told: Promise<CommandResult>, message = ''): Promise<Verdict> {
  try {
    const { status, changed } = await told;
    return changed ? status : 'same';
  } catch (error) {
    if (error instanceof InvalidTransition && error.message.includes(message)) return 'refused';
    throw error;
  }
}
