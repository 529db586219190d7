import type { Control } from '../control/control.ts';
import { InvalidRequest, TaskNotFound } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import { isUuid } from '../graph/step-id.ts';
import type { Submitted } from '../lifecycle/2-submission/submit-tasks.ts';
import type { TaskRequest } from '../lifecycle/2-submission/task-request.ts';
import type { Database } from '../postgres/database.ts';
import { taskExists } from '../views/find-outcomes.sql.ts';
import type { Door } from './door.ts';
import { foreignTransaction } from './foreign-transaction.ts';
import type { OutcomeWaiters } from './outcome-waiters.ts';
import { requestOf, type Submission, type Submitter } from './submitter.ts';
import { taskAsSubmitted } from './task-as-submitted.ts';
import type {
  AnyTaskDefinition,
  InTransaction,
  Outcome,
  SubmitOptions,
  Tasker,
  TaskHandle,
  UntypedResults,
  WaitOptions,
} from './tasker.ts';

export interface TaskerParts {
  readonly db: Database;
  readonly bus: EventBus;
  readonly control: Control;
  readonly submitter: Submitter;
  readonly waiters: OutcomeWaiters;
  readonly door: Door;
  readonly annotate: Tasker['annotate'];
  readonly register: Tasker['register'];
  readonly registerHandlers: Tasker['registerHandlers'];
  readonly handlers: Tasker['handlers'];
  readonly stop: Tasker['stop'];
}

/** The face of the engine over its running parts. */
export function taskerOf(parts: TaskerParts): Tasker {
  const { db, bus, control, submitter, waiters, door, annotate, register, registerHandlers, handlers, stop } = parts;

  function handleOf<Results>(submitted: Submitted): TaskHandle<Results> {
    const { taskId, replayed } = submitted;
    return {
      id: taskId,
      replayed,
      asSubmitted: () => taskAsSubmitted(submitted),
      completed: (options) => outcomeOf<Results>(taskId, options, { isNew: !replayed }),
    };
  }

  async function outcomeOf<Results>(
    taskId: string,
    { timeoutMs }: WaitOptions = {},
    { isNew }: { readonly isNew: boolean },
  ): Promise<Outcome<Results>> {
    const outcome = waiters.wait(taskId, timeoutMs);
    // it may have ended long ago, and nobody will say so again
    if (!isNew) waiters.look();
    return asPromised<Results>(await outcome);
  }

  async function submitOne(submission: Submission, { transaction }: InTransaction) {
    if (transaction === undefined) return submitter.submit(submission);
    const [submitted] = await submitter.submitTogether([submission], foreignTransaction(transaction, db.schema));
    if (submitted === undefined) throw new Error('nothing was submitted');
    return submitted;
  }

  function submit<Definition extends AnyTaskDefinition>(
    definition: Definition,
    context: Definition['~types']['submitted'],
    options?: SubmitOptions,
  ): Promise<TaskHandle<Definition['~types']['results']>>;
  function submit(request: TaskRequest, options?: InTransaction): Promise<TaskHandle<UntypedResults>>;
  function submit(what: AnyTaskDefinition | TaskRequest, second?: unknown, options: SubmitOptions = {}) {
    return door.enter(async () => {
      if (!('document' in what)) {
        return handleOf(await submitOne({ request: what }, isInTransaction(second) ? second : {}));
      }
      const { transaction, ...rest } = options;
      const submission = { request: await requestOf(what, second, rest), hook: what.submissionHook };
      return handleOf(await submitOne(submission, transaction === undefined ? {} : { transaction }));
    });
  }

  return {
    ...guarded(control, door),
    db,
    submit,
    submitMany: (requests, { transaction } = {}) =>
      door.enter(async () => {
        const tx = transaction === undefined ? undefined : foreignTransaction(transaction, db.schema);
        const submissions = requests.map((request) => ({ request }));
        return (await submitter.submitTogether(submissions, tx)).map((submitted) =>
          handleOf<UntypedResults>(submitted),
        );
      }),
    task(taskId) {
      if (!isUuid(taskId)) throw new InvalidRequest('task_id', 'must be a UUID');
      const id = taskId.toLowerCase();
      return {
        id,
        replayed: false,
        asSubmitted: () => undefined,
        async completed(options) {
          // of a task that there is not nobody would ever hear
          if (!(await door.enter(() => taskExists(db, id)))) throw new TaskNotFound(id);
          return outcomeOf<UntypedResults>(id, options, { isNew: false });
        },
      };
    },
    annotate: (...of) => door.enter(() => annotate(...of)),
    register: (template, options) => door.enter(() => register(template, options)),
    registerHandlers: (offered, how) => door.enter(() => registerHandlers(offered, how)),
    handlers,
    on: bus.on,
    off: bus.off,
    subscriptions: bus.subscriptions,
    subscriptionStatistics: bus.statistics,
    stop,
  };
}

function guarded(control: Control, { enter }: Door): Control {
  return {
    cancelTask: (...of) => enter(() => control.cancelTask(...of)),
    retryTask: (...of) => enter(() => control.retryTask(...of)),
    resolveTask: (...of) => enter(() => control.resolveTask(...of)),
    editTask: (...of) => enter(() => control.editTask(...of)),
    retryStep: (...of) => enter(() => control.retryStep(...of)),
    resolveStep: (...of) => enter(() => control.resolveStep(...of)),
    skipStep: (...of) => enter(() => control.skipStep(...of)),
    cancelStep: (...of) => enter(() => control.cancelStep(...of)),
    editStep: (...of) => enter(() => control.editStep(...of)),
  };
}

/** The one place where results that came back as JSON are given the types that their definition promised. */
function asPromised<Results>(outcome: Outcome<UntypedResults>): Outcome<Results>;
function asPromised(outcome: Outcome<UntypedResults>): Outcome<UntypedResults> {
  return outcome;
}

function isInTransaction(options: unknown): options is InTransaction {
  return typeof options === 'object' && options !== null;
}
