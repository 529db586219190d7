import { createTasker } from '../../src/engine/create-tasker.ts';
import type { TaskerLogger } from '../../src/engine/logger.ts';
import type { Tasker } from '../../src/engine/tasker.ts';
import { PermanentError } from '../../src/lifecycle/4-execution/handler-errors.ts';
import type { StepContext } from '../../src/lifecycle/4-execution/step-context.ts';
import type { StepTransaction } from '../../src/lifecycle/4-execution/step-transaction.ts';
import { isConnectionLoss } from '../../src/postgres/sqlstate.ts';
import { type DecideFault, noFault, randomFaults } from '../../src/testing/faults.ts';
import type { DatabaseInStep } from '../../src/testing/settable-clock.ts';
import type { SimulatedClock } from '../../src/testing/simulated-clock.ts';
import { createSimulatedProcess, type SimulatedProcess } from '../../src/testing/simulated-process.ts';
import { behaviourOf } from './behaviour.ts';
import type { Start } from './course.ts';
import { dice } from './dice.ts';
import type { Accident, ProcessPlan, Scenario } from './scenario.ts';

/** A process with all its lives: it crashes, stops, is paused, and begins again. */
export interface Life {
  /** There while it has started and has not ended. */
  readonly tasker: Tasker | undefined;
  begin(): void;
  /** From now on faults befall it. */
  getDangerous(): void;
  getSafe(): void;
  suffer(accident: Accident['kind'], forMs: number): Promise<void>;
  /** Calls `act` when the life of now ends. */
  onEnd(act: () => void): void;
  /** Whether the life of now goes on. */
  whileThis(): () => boolean;
  complainUnlessEnding(complaint: string): void;
  stopForGood(): Promise<void>;
  /** Takes back what its lives have left behind outside of the simulation. */
  bury(): Promise<void>;
}

export interface LifeDeps {
  readonly scenario: Scenario;
  readonly plan: ProcessPlan;
  readonly clock: SimulatedClock;
  readonly db: DatabaseInStep;
  readonly starts: Start[];
  readonly complain: (complaint: string) => void;
}

/** One life of a process. */
interface Present {
  readonly name: string;
  readonly process: SimulatedProcess;
  tasker: Tasker | undefined;
  running: number;
  ending: boolean;
  readonly onEnd: (() => void)[];
}

export function createLife(deps: LifeDeps): Life {
  const { scenario, plan, clock, db, starts, complain } = deps;
  const listening: (() => Promise<void>)[] = [];
  let dangerous = false;
  let lives = 0;
  let present: Present | undefined;
  let overForGood = false;

  function begin(): void {
    lives += 1;
    const name = `${plan.name} life ${lives}`;
    const faults = randomFaults(dice(scenario.seed, 'faults', name).roll, scenario.faults);
    const decide: DecideFault = (moment) => (dangerous ? faults(moment) : noFault);
    const process = createSimulatedProcess({
      clock,
      database: { ...db, listen: listenUntilBuried },
      decide,
      clockFastByMs: plan.clockFastByMs,
    });
    const life: Present = { name, process, tasker: undefined, running: 0, ending: false, onEnd: [] };
    present = life;
    process.onCrash(() => endOf(life));
    start(life).catch((error: unknown) => {
      if (!isConnectionLoss(error)) complain(`${name} could not start: ${describe(error)}`);
      process.crash();
    });
  }

  async function start(life: Present): Promise<void> {
    const { process, name } = life;
    life.tasker = await createTasker({
      database: process.database,
      clock: process.clock,
      random: dice(scenario.seed, 'random', name).roll,
      logger: attentiveLogger(life),
      migrate: false,
      replaceTemplates: true,
      templates: plan.knowsTemplates ? scenario.templates : [],
      handlers: Object.fromEntries(
        plan.callables.map((callable) => [callable, (context: StepContext) => work(life, context)]),
      ),
      worker: plan.worker === false ? false : { ...plan.worker, name },
    });
  }

  /** The notifications of PGlite come from outside of the simulation's database. */
  async function listenUntilBuried(
    channel: string,
    onMessage: (payload: string) => void,
  ): Promise<() => Promise<void>> {
    const stop = await db.listen(channel, onMessage);
    listening.push(stop);
    return stop;
  }

  function endOf(life: Present): void {
    life.ending = true;
    for (const act of life.onEnd) act();
    if (present !== life) return;
    present = undefined;
    if (!overForGood) clock.wakeAfter(plan.restartMs, begin);
  }

  async function work(life: Present, context: StepContext): Promise<unknown> {
    const { process, name } = life;
    const { taskUuid: taskId, stepName: step, attempt } = context;
    const template = context.getInput('template');
    if (typeof template !== 'string') throw new PermanentError('the context is not the one that was submitted');
    const run = starts.length;
    const given = Object.fromEntries(
      context.getDependencyResultKeys().map((key) => [key, context.getDependencyResult(key)]),
    );
    const { kind, takesMs, heedsAbort, inTransaction } = behaviourOf(scenario.seed, template, step, attempt);
    starts.push({ run, process: name, taskId, step, attempt, time: db.time, inTransaction, given });
    countRunning(life, context.signal);
    if (kind === 'hang') await waitFor(process, undefined, heedsAbort ? context.signal : undefined);
    if (takesMs !== undefined) await waitFor(process, takesMs, heedsAbort ? context.signal : undefined);
    // aborted, it is counted no more
    context.signal.throwIfAborted();
    life.running -= 1;
    if (kind === 'fail') throw new Error('fails');
    if (kind === 'fail_for_good') throw new PermanentError('fails for good');
    return inTransaction ? context.transaction((tx) => writeDown(tx, taskId, step, run)) : { run };
  }

  /** A worker never runs more attempts at once than it may. */
  function countRunning(life: Present, signal: AbortSignal): void {
    life.running += 1;
    const most = plan.worker === false ? 0 : (plan.worker.concurrency ?? 100);
    if (life.running > most) complain(`${life.name} runs ${life.running} attempts where it may run ${most}`);
    signal.addEventListener('abort', () => {
      life.running -= 1;
    });
  }

  function attentiveLogger(life: Present): TaskerLogger {
    const ignore = () => undefined;
    const heed = (fields: object | string, message = '') => {
      const error: unknown = typeof fields === 'object' && 'err' in fields ? fields.err : undefined;
      if (error === undefined || isConnectionLoss(error)) return;
      if (error instanceof Error && error.name === 'WorkerLost') return;
      complain(`${life.name} says: ${message} ${describe(error)}`);
    };
    const logger: TaskerLogger = { debug: ignore, info: ignore, warn: heed, error: heed, child: () => logger };
    return logger;
  }

  return {
    get tasker() {
      return present?.ending === true || present?.process.state !== 'running' ? undefined : present.tasker;
    },
    begin,
    getDangerous() {
      dangerous = true;
    },
    getSafe() {
      dangerous = false;
    },
    async suffer(accident, forMs) {
      const life = present;
      if (life?.tasker === undefined) return;
      switch (accident) {
        case 'crash':
          return life.process.crash();
        case 'pause':
          life.process.pause();
          clock.wakeAfter(forMs, life.process.resume);
          return;
        case 'stop':
        case 'abort':
          life.ending = true;
          await life.tasker.stop({ abort: accident === 'abort' });
          return life.process.crash();
      }
    },
    onEnd: (act) => present?.onEnd.push(act),
    whileThis() {
      const life = present;
      return () => life !== undefined && !life.ending;
    },
    complainUnlessEnding(complaint) {
      if (present?.ending !== true) complain(complaint);
    },
    async stopForGood() {
      overForGood = true;
      const life = present;
      if (life?.tasker === undefined) return;
      life.ending = true;
      await life.tasker.stop();
    },
    async bury() {
      for (const stop of listening) await stop();
    },
  };
}

async function writeDown(tx: StepTransaction, taskId: string, step: string, run: number): Promise<{ run: number }> {
  await tx.query('insert into tasker.ledger (task_id, step, run) values ($1, $2, $3)', [taskId, step, run]);
  return { run };
}

/** Waits for so long (undefined: for ever), or until the attempt is aborted. */
function waitFor(
  process: SimulatedProcess,
  delayMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (delayMs !== undefined) process.clock.wakeAfter(delayMs, resolve);
    signal?.addEventListener('abort', () => reject(new Error('aborted')));
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
