import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Json } from '@tasker/contract';
import { annotate } from '../annotations/annotate.ts';
import { systemClock, systemRandom } from '../clock.ts';
import { createControl } from '../control/control.ts';
import { TaskerStopped } from '../errors.ts';
import { createEventBus } from '../events/event-bus.ts';
import { createLifecycleEvents, type EventTask } from '../events/lifecycle-events.ts';
import { createRegistryEvents } from '../events/registry-events.ts';
import { createTemplateEvents } from '../events/template-events.ts';
import { createPlanStore } from '../lifecycle/1-template/plan-store.ts';
import { createTaskIds, timeOfTask } from '../lifecycle/2-submission/task-id.ts';
import { createDeadlines } from '../lifecycle/4-execution/deadlines.ts';
import { HandlerRegistry } from '../lifecycle/4-execution/handler-registry.ts';
import { createModuleResolver } from '../lifecycle/4-execution/module-resolver.ts';
import type { Handlers } from '../lifecycle/4-execution/named-handlers.ts';
import { createStartAttempt } from '../lifecycle/4-execution/start-attempt.ts';
import type { Database, Queryable } from '../postgres/database.ts';
import { migrate } from '../postgres/migrate.ts';
import { defaultDatabaseUrl, openDatabase } from '../postgres/open-database.ts';
import { readDatabaseTime } from '../upkeep/database-time.sql.ts';
import { ensurePartitions, ensurePartitionsAt } from '../upkeep/ensure-partitions.sql.ts';
import { createUpkeep } from '../upkeep/upkeep.ts';
import type { CachedTask } from '../worker/task-cache.ts';
import { createWorker } from '../worker/worker.ts';
import { workerSettings } from '../worker/worker-options.ts';
import { createAnnouncer } from './announcer.ts';
import { createAttemptLog } from './attempt-log.ts';
import { createDoor } from './door.ts';
import { logHandler, logRegistration, logSubscription } from './log-registration.ts';
import { defaultLogger } from './logger.ts';
import { createOutcomeWaiters } from './outcome-waiters.ts';
import { createRegistrar } from './registrar.ts';
import { steadfast } from './steadfast-logger.ts';
import { createSubmitter } from './submitter.ts';
import type { Tasker } from './tasker.ts';
import { taskerOf } from './tasker-of.ts';
import { checkTaskerOptions, type TaskerOptions } from './tasker-options.ts';

/**
 * Opens the database, brings it up to date, registers the tasks, and begins to work on their steps.
 *
 * @throws {InvalidOptions} {InvalidTemplate} {TemplateConflict}
 */
export async function createTasker(options: TaskerOptions = {}): Promise<Tasker> {
  checkTaskerOptions(options);
  const settings = workerSettings(options.worker === false ? {} : (options.worker ?? {}));
  const { clock = systemClock, random = systemRandom, replaceTemplates = false } = options;
  const logger = steadfast(options.logger ?? defaultLogger());
  const logAttempt = createAttemptLog(logger, options.slowThresholdMs ?? 1_000);
  const warn = (message: string, error?: unknown) => {
    logger.warn({ err: error }, message);
  };
  const { db, close } = await open(options, warn);
  const plans = createPlanStore(db, {
    onRegistered(registration) {
      logRegistration(logger, registration);
      publishRegistration(registration);
    },
    onNewQueues() {
      announcer.announce('templates');
      // should it fail, the next heartbeat looks again
      worker.refreshQueues().catch(() => undefined);
    },
    ...(options.graphsPerTemplate === undefined ? {} : { graphsPerTemplate: options.graphsPerTemplate }),
  });
  const loadPlan = (revisionId: number, within: Queryable) => plans.load(revisionId, within);
  const modules = createModuleResolver(options.handlerModules);
  const handlers = new HandlerRegistry([...(options.resolvers ?? []), modules]);
  const registrar = createRegistrar({
    plans,
    handlers,
    modules,
    logger,
    onHandler(change, callable) {
      logHandler(logger, change, callable);
      registryEvents.handler(change, callable);
    },
  });
  const announcer = createAnnouncer(db, clock, randomBytes(6).toString('hex'));
  const waiters = createOutcomeWaiters(db, clock);
  const deadlines = createDeadlines(clock);
  let skewMs = 0;
  const databaseNow = () => clock.now() + skewMs;
  const door = createDoor();
  const bus = createEventBus(warn, (change) => {
    logSubscription(logger, change);
    registryEvents.subscription(change);
  });
  const newEventId = createTaskIds(databaseNow, random);
  const events = createLifecycleEvents(bus, clock, newEventId);
  const publishRegistration = createTemplateEvents(bus, clock, newEventId);
  const registryEvents = createRegistryEvents(bus, clock, newEventId);

  const worker = createWorker({
    db,
    clock,
    random,
    plans,
    settings,
    name: settings.name ?? `${hostname()}:${process.pid}`,
    servesHandler: (_namespace, handler) => handlers.has(handler),
    findHandlers: (callables) => handlers.prepare(callables.map((callable) => ({ callable }))),
    startAttempt: createStartAttempt({
      handlers,
      deadlines,
      clock,
      logger: (fields) => logger.child(fields),
      maxResultBytes: settings.maxResultBytes,
    }),
    listener: {
      onStarted: events.started,
      onRecorded(outcome, task) {
        logAttempt(outcome, task);
        events.recorded(outcome, task);
      },
      onRefused({ taskId, step, attempt }) {
        logger.info({ task_id: taskId, step, attempt }, 'an outcome came too late and was refused');
      },
      onFinished(task, state) {
        events.finished(task, state);
        const results = knownResults(task);
        if (results === undefined) waiters.look();
        else waiters.settle(task.id, () => ({ status: state, results: results() }), task.bytes);
        announcer.announce('finished');
      },
      onWorkLeft: () => {
        announcer.announce('work');
      },
      onWarning: warn,
    },
  });

  const upkeep = createUpkeep({
    db,
    clock,
    random,
    loadPlan,
    retentionDays: options.retentionDays,
    onRecovered({ workerName, ends, finished }) {
      warn(`worker ${workerName} was lost; the ${ends.length} steps it held run elsewhere`);
      const tasks = new Map<string, EventTask>();
      for (const { outcome, correlationId } of ends) {
        const task = { id: outcome.taskId, registered: outcome.registered, correlationId };
        tasks.set(task.id, task);
        events.recorded(outcome, task);
      }
      for (const { taskId, state } of finished) {
        const task = tasks.get(taskId);
        if (task !== undefined) events.finished(task, state);
      }
      worker.wake();
      announcer.announce('work');
      if (finished.length > 0) {
        waiters.look();
        announcer.announce('finished');
      }
    },
    onWarning: warn,
  });

  const control = createControl({
    db,
    loadPlan,
    onChanged(changed, by) {
      const { revoked, opened, to } = changed;
      events.changed(changed, by);
      if (revoked) {
        worker.checkRevoked();
        announcer.announce('revoked');
      }
      if (opened) {
        worker.wake();
        announcer.announce('work');
      }
      if (to !== 'pending' && to !== 'in_progress') {
        waiters.look();
        announcer.announce('finished');
      }
    },
  });

  const submitter = createSubmitter({
    db,
    clock,
    random,
    plans,
    hookOf: registrar.hookOf,
    databaseNow,
    onPrepared({ task, registered }) {
      if (works) worker.remember({ ...task, registered });
    },
    receiver: worker,
    onSubmitted({ replayed, handed, task, registered }) {
      if (replayed) return;
      events.submitted({ id: task.id, registered, correlationId: task.correlationId ?? task.id }, task.skips);
      if (handed) return;
      worker.wake();
      announcer.announce('work');
    },
    onWrittenWithin: (tx) => announcer.announceWithin(tx, 'work'),
  });

  let started = false;
  let works = false;
  let stopListening: () => Promise<void> = () => Promise.resolve();

  async function start(): Promise<void> {
    if (options.migrate !== false) await migrate(db);
    await ensurePartitions(db);
    skewMs = (await readDatabaseTime(db)) - clock.now();
    registrar.registerHandlers(options.handlers ?? {});
    for (const template of [...(options.tasks ?? []), ...(options.templates ?? [])]) {
      await register(template, { replace: replaceTemplates });
    }
    stopListening = await announcer.listen((news) => {
      if (news.has('work')) worker.wake();
      if (news.has('finished')) waiters.look();
      if (news.has('revoked')) worker.checkRevoked();
      if (news.has('templates')) {
        plans.refresh();
        // should it fail, the next heartbeat looks again
        worker.refreshQueues().catch(() => undefined);
      }
    });
    await serve();
    started = true;
    if (options.upkeep !== false) upkeep.start();
  }

  /** Begins to work as soon as there is something to work with; a worker at work learns of what was added. */
  async function serve(): Promise<void> {
    if (works) {
      registrar.warn();
      return worker.refreshQueues();
    }
    works = options.worker !== false && (options.worker !== undefined || registrar.hasHandlers);
    if (works) await worker.start();
    if (works) registrar.warn();
  }

  async function register(template: Parameters<Tasker['register']>[0], how?: Parameters<Tasker['register']>[1]) {
    const registered = await registrar.register(template, how);
    announcer.announce('templates');
    if (started) await serve();
    return registered;
  }

  async function registerHandlers(offered: Handlers, how?: { readonly replace?: boolean }): Promise<void> {
    registrar.registerHandlers(offered, how);
    if (started) await serve();
  }

  let stopping: Promise<void> | undefined;

  function stop({ abort = false }: { readonly abort?: boolean } = {}): Promise<void> {
    // a second call may lose the patience that the first one had
    const handedBack = worker.stop({ abort });
    stopping ??= leave(handedBack);
    return stopping;
  }

  async function leave(handedBack: Promise<void>): Promise<void> {
    // handlers that are let finish may still submit tasks
    await handedBack;
    await door.close();
    await upkeep.stop();
    await stopListening();
    await announcer.stop();
    waiters.stop(new TaskerStopped());
    deadlines.clear();
    await close();
  }

  try {
    await start();
  } catch (error) {
    await stop({ abort: true });
    throw error;
  }

  return taskerOf({
    db,
    bus,
    control,
    submitter,
    waiters,
    door,
    annotate: (...of) => annotate(db, (taskId) => ensurePartitionsAt(db, [timeOfTask(taskId)]), ...of),
    register,
    registerHandlers,
    handlers: registrar.report,
    stop,
  });
}

async function open(options: TaskerOptions, onWarning: (message: string) => void) {
  const { database = process.env['TASKER_DATABASE_URL'] ?? defaultDatabaseUrl, schema, pool } = options;
  if (typeof database !== 'string') return { db: database, close: () => Promise.resolve() };
  const db: Database = await openDatabase(database, {
    ...pool,
    onWarning,
    ...(schema === undefined ? {} : { schema }),
  });
  return { db, close: () => db.close() };
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
