import type { Clock } from '../clock.ts';
import type { Database } from '../index.ts';
import { type DecideFault, noFault } from './faults.ts';
import { faultyDatabase } from './faulty-database.ts';
import { createProcessFate, type ProcessFate } from './process-fate.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** A process of a simulation: what a Tasker in it takes for the world, and the power over its life. */
export interface SimulatedProcess extends ProcessFate {
  readonly clock: Clock;
  readonly database: Database;
}

export interface SimulatedProcessOptions {
  readonly clock: SimulatedClock;
  /** In step with the clock: see `databaseInStep`. */
  readonly database: Database;
  /** Default: nothing goes wrong. */
  readonly decide?: DecideFault;
  /** By how much the clock of its machine is fast. Default 0. */
  readonly clockFastByMs?: number;
}

/**
 * A process that can be paused, resumed and crashed.
 *
 * @example
 * const process = createSimulatedProcess({ clock, database });
 * const tasker = await createTasker({ database: process.database, clock: process.clock, tasks });
 * process.crash(); // its steps run elsewhere once its lease is over
 */
export function createSimulatedProcess(options: SimulatedProcessOptions): SimulatedProcess {
  const { clock, decide = () => noFault, clockFastByMs = 0 } = options;
  const fate = createProcessFate();
  return {
    get state() {
      return fate.state;
    },
    pause: fate.pause,
    resume: fate.resume,
    crash: fate.crash,
    whenRunning: fate.whenRunning,
    onCrash: fate.onCrash,
    clock: {
      now: () => clock.now() + clockFastByMs,
      elapsed: () => clock.elapsed(),
      wakeAfter: (delayMs, wake) => wakeAfter(clock, fate, delayMs, wake),
    },
    database: faultyDatabase(options.database, { clock, decide, fate }),
  };
}

/** A timer that rings while the process stands still is heard when it goes on. */
function wakeAfter(clock: Clock, fate: ProcessFate, delayMs: number, wake: () => void): () => void {
  let takeBack = clock.wakeAfter(delayMs, () => {
    takeBack = fate.whenRunning(wake);
  });
  return () => takeBack();
}
