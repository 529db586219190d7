import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Json, JsonObject, TemplateDocument } from '@tasker/contract';
import { type Clock, type Random, systemClock } from '../clock.ts';
import type { RegisteredPlan } from '../graph/registered-plan.ts';
import { createPlanStore } from '../lifecycle/1-template/plan-store.ts';
import { createSubmissionQueue } from '../lifecycle/2-submission/submission-queue.ts';
import { prepareTask, type Submitted } from '../lifecycle/2-submission/submit-tasks.ts';
import { createTaskIds } from '../lifecycle/2-submission/task-id.ts';
import type { TaskRequest } from '../lifecycle/2-submission/task-request.ts';
import { createDeadlines } from '../lifecycle/4-execution/deadlines.ts';
import { type Handler, HandlerRegistry } from '../lifecycle/4-execution/handler-registry.ts';
import { createStartAttempt } from '../lifecycle/4-execution/start-attempt.ts';
import type { StepLogger } from '../lifecycle/4-execution/step-context.ts';
import type { Database } from '../postgres/database.ts';
import { migrate } from '../postgres/migrate.ts';
import { ensurePartitions } from '../upkeep/ensure-partitions.sql.ts';
import type { CachedTask } from '../worker/task-cache.ts';
import { createWorker } from '../worker/worker.ts';
import { type WorkerOptions, workerSettings } from '../worker/worker-options.ts';
import { createAnnouncer } from './announcer.ts';
import { createOutcomeWaiters, type TaskOutcome } from './outcome-waiters.ts';

export interface TaskDefinitionLike {
  readonly document: TemplateDocument;
  readonly handlers: ReadonlyMap<string, Handler>;
}

export interface TaskerOptions {
  readonly database: Database;
  readonly tasks?: readonly TaskDefinitionLike[];
  readonly worker?: WorkerOptions | false;
  readonly clock?: Clock;
  readonly random?: Random;
}

export async function createTasker(options: TaskerOptions) {
  const db = options.database;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const settings = workerSettings(options.worker === false ? {} : (options.worker ?? {}));
  await migrate(db);
  await ensurePartitions(db);

  const plans = createPlanStore(db);
  const handlers = new HandlerRegistry();
  const registered = new Map<TaskDefinitionLike, RegisteredPlan>();
  for (const task of options.tasks ?? []) {
    registered.set(task, await plans.register(task.document));
    for (const [callable, handler] of task.handlers) handlers.register(callable, handler);
  }

  const self = randomBytes(6).toString('hex');
  const announcer = createAnnouncer(db, clock, self);
  const waiters = createOutcomeWaiters(db, clock);
  const deadlines = createDeadlines(clock);
  const logger: StepLogger = console;
  const newTaskId = createTaskIds(clock, random);
  const submissions = createSubmissionQueue(db, () => ensurePartitions(db).then(() => undefined));

  const worker = createWorker({
    db,
    clock,
    random,
    plans,
    settings,
    name: settings.name ?? `${hostname()}:${process.pid}`,
    servesHandler: (_namespace, handler) => handlers.has(handler),
    startAttempt: createStartAttempt({ handlers, deadlines, clock, logger: () => logger, maxResultBytes: settings.maxResultBytes }),
    listener: {
      onRecorded: () => undefined,
      onRefused: () => undefined,
      onFinished(task, state) {
        const results = knownResults(task);
        if (results === undefined) waiters.look();
        else waiters.settle(task.id, () => ({ status: state, results: results() }), task.bytes);
        announcer.announce('finished');
      },
      onWorkLeft: () => announcer.announce('work'),
      onWarning: (message, error) => console.warn(message, error),
    },
  });
  await worker.start();
  const unlisten = await announcer.listen((news) => {
    if (news.has('work')) worker.wake();
    if (news.has('finished')) waiters.look();
  });

  function onSubmitted(submitted: Submitted): void {
    if (submitted.replayed) return;
    worker.wake();
    announcer.announce('work');
  }

  return {
    async submit(definition: TaskDefinitionLike, context: JsonObject, request: Partial<TaskRequest> = {}) {
      const plan = registered.get(definition);
      if (plan === undefined) throw new Error('unknown');
      const prepared = prepareTask(newTaskId(), plan, { ...request, name: plan.plan.name, context });
      worker.remember({ ...prepared.task, registered: plan });
      const submitted = await submissions.submit(prepared);
      onSubmitted(submitted);
      return {
        id: submitted.taskId,
        completed: (wait: { timeoutMs?: number } = {}): Promise<TaskOutcome> => waiters.wait(submitted.taskId, wait.timeoutMs),
      };
    },
    async stop() {
      await worker.stop();
      await unlisten();
      await announcer.stop();
      waiters.stop(new Error('stopped'));
      deadlines.clear();
    },
  };
}

/** What the steps of a finished task returned, when all of it is known here. */
function knownResults(task: CachedTask): (() => Record<string, Json>) | undefined {
  const { steps } = task.registered.plan;
  if (!steps.every((step) => task.whole[step.position])) return undefined;
  return () => {
    const results: Record<string, Json> = {};
    for (const step of steps) {
      const result = task.results[step.position];
      if (result !== undefined) results[step.name] = result();
    }
    return results;
  };
}
