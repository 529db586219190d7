import type { Clock, Random } from '../clock.ts';
import { checkStandardSchema } from '../define/schema-source.ts';
import { DatabaseUnavailable, InvalidContext } from '../errors.ts';
import type { GraphChange } from '../graph/graph-change.ts';
import type { Plan } from '../graph/plan.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import type { PlanStore } from '../lifecycle/1-template/plan-store.ts';
import { blameHook, decide, nothingDecided, type SubmissionHook } from '../lifecycle/2-submission/submission-hook.ts';
import { createSubmissionQueue } from '../lifecycle/2-submission/submission-queue.ts';
import {
  checkContext,
  GraphGone,
  type PreparedTask,
  prepareTask,
  type Submitted,
  writeTasks,
} from '../lifecycle/2-submission/submit-tasks.ts';
import { createTaskIds } from '../lifecycle/2-submission/task-id.ts';
import { checkTaskRequest, type TaskRequest } from '../lifecycle/2-submission/task-request.ts';
import { writeInRoom } from '../lifecycle/2-submission/write-in-room.ts';
import type { Database, Queryable } from '../postgres/database.ts';
import { isConnectionLoss } from '../postgres/sqlstate.ts';
import type { Receiver } from '../receiver.ts';
import { ensurePartitions, ensurePartitionsAt } from '../upkeep/ensure-partitions.sql.ts';
import type { AnyTaskDefinition } from './tasker.ts';

export interface Submitter {
  submit(submission: Submission): Promise<Submitted>;
  /** All of them or none, in one transaction: the caller's, if given. */
  submitTogether(submissions: readonly Submission[], tx?: Queryable): Promise<Submitted[]>;
}

export interface Submission {
  readonly request: TaskRequest;
  /** Of the definition that the task was submitted by. Default: that of the one that is registered here. */
  readonly hook?: SubmissionHook | undefined;
}

export interface SubmitterDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly plans: PlanStore;
  /** What a definition that is registered here decides about its tasks. */
  readonly hookOf: (plan: Plan) => SubmissionHook | undefined;
  /** Milliseconds since 1970. */
  readonly databaseNow: () => number;
  /** A worker of this process. */
  readonly receiver: Receiver;
  /** Told before a task is written: it may be worked on before its submission returns. */
  readonly onPrepared: (prepared: PreparedTask) => void;
  readonly onSubmitted: (submitted: Submitted) => void;
  /** Told when tasks were written in a transaction of the caller's, who may commit it or not. */
  readonly onWrittenWithin: (tx: Queryable) => Promise<void>;
}

/** A task that is ready to be written. */
interface Preparation {
  readonly prepared: PreparedTask;
  /** Makes it so once more, with a graph of its own; undefined: it has that of its template. */
  readonly again: (() => Promise<PreparedTask>) | undefined;
}

/** For how long a submission is tried again while the database is away, milliseconds. */
const patienceMs = 10_000;
const pauseMs = 100;
/** Room in history is made this far ahead, and a little more. */
const knownRoomMs = 7 * 86_400_000;

export function createSubmitter(deps: SubmitterDeps): Submitter {
  const { db, clock, plans } = deps;
  const newTaskId = createTaskIds(deps.databaseNow, deps.random);
  const makeRoom = (moments: readonly number[]) => ensurePartitionsAt(db, moments);
  const queue = createSubmissionQueue(db, makeRoom, deps.receiver);
  /** Up to when there is room in history, as far as this process knows. */
  let roomUntil = Number.NEGATIVE_INFINITY;

  async function prepare({ request, hook: own }: Submission): Promise<Preparation> {
    checkTaskRequest(request);
    const { namespace = 'default', name, version = 'latest' } = request;
    const registered = await plans.find(namespace, name, version);
    const context = checkContext(registered, request.context);
    const hook = own ?? deps.hookOf(registered.plan);
    const decision = hook === undefined ? nothingDecided : decide(registered.plan, hook, context.value());
    const { change } = decision;
    const taskId = newTaskId();

    function preparedWith(graph: RegisteredPlan): PreparedTask {
      const task = prepareTask(taskId, graph, request, context, decision);
      deps.onPrepared(task);
      return task;
    }
    if (change === undefined) return { prepared: preparedWith(registered), again: undefined };
    const again = async () => preparedWith(await graphOf(registered, change));
    return { prepared: await again(), again };
  }

  async function graphOf(registered: RegisteredPlan, change: GraphChange): Promise<RegisteredPlan> {
    try {
      return await plans.derive(registered, change);
    } catch (error) {
      throw blameHook(registered.plan, error);
    }
  }

  /** The hooks are asked once; graphs of theirs that were dropped meanwhile are stored again. */
  async function withGraphs<T>(
    preparations: readonly Preparation[],
    write: (prepared: readonly PreparedTask[]) => Promise<T>,
  ): Promise<T> {
    let prepared = preparations.map((each) => each.prepared);
    for (;;) {
      try {
        return await write(prepared);
      } catch (error) {
        if (!(error instanceof GraphGone)) throw error;
        plans.forgetDerived();
        prepared = await patiently(() =>
          Promise.all(preparations.map(({ prepared: before, again }) => again?.() ?? Promise.resolve(before))),
        );
      }
    }
  }

  /** The id of the task is chosen here, so that saying it again after a lost answer does not make it twice. */
  async function patiently<T>(write: () => Promise<T>): Promise<T> {
    const givenUpAt = clock.elapsed() + patienceMs;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        if (clock.elapsed() >= givenUpAt) {
          throw new DatabaseUnavailable(
            'The database cannot be reached. The task may not have been submitted; try again.',
            error,
          );
        }
        await new Promise<void>((resolve) => clock.wakeAfter(pauseMs, resolve));
      }
    }
  }

  /** In a transaction of the caller's nothing can be tried twice. */
  async function makeRoomAhead(): Promise<void> {
    if (deps.databaseNow() < roomUntil) return;
    await ensurePartitions(db);
    roomUntil = deps.databaseNow() + knownRoomMs;
  }

  async function writeTogether(tx: Queryable, prepared: readonly PreparedTask[]): Promise<Submitted[]> {
    const answers = await writeTasks(tx, prepared);
    return answers.map((answer) => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
  }

  return {
    async submit(submission) {
      const preparation = await patiently(() => prepare(submission));
      const { prepared, again } = preparation;
      const submitted =
        again === undefined
          ? await patiently(() => queue.submit(prepared))
          : await withGraphs([preparation], ([each = prepared]) => patiently(() => queue.submit(each)));
      deps.onSubmitted(submitted);
      return submitted;
    },
    async submitTogether(submissions, tx) {
      const preparations = await patiently(() => Promise.all(submissions.map(prepare)));
      if (tx !== undefined) {
        await makeRoomAhead();
        const written = await withGraphs(preparations, (prepared) => writeTogether(tx, prepared));
        await deps.onWrittenWithin(tx);
        return written;
      }
      const submitted = await withGraphs(preparations, (prepared) => {
        const tasks = prepared.map(({ task }) => task);
        return patiently(() =>
          writeInRoom(tasks, makeRoom, () => db.transaction((own) => writeTogether(own, prepared))),
        );
      });
      submitted.forEach(deps.onSubmitted);
      return submitted;
    },
  };
}

/** The request of a definition: its Standard Schema, if it has one, makes the context what its handlers expect. */
export async function requestOf(
  definition: AnyTaskDefinition,
  context: unknown,
  options: Omit<TaskRequest, 'namespace' | 'name' | 'version' | 'context'>,
): Promise<TaskRequest> {
  const { inputSchema, document } = definition;
  const { namespace_name: namespace, name, version } = document;
  const checked = inputSchema === undefined ? { value: context } : await checkStandardSchema(inputSchema, context);
  if (checked.violations !== undefined) throw new InvalidContext(`${namespace}/${name}@${version}`, checked.violations);
  return { ...options, namespace, name, version, context: checked.value };
}
