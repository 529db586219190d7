/**
 * For tests of workflows: the real engine under a clock that tests drive, and everything that can go wrong between it
 * and its database. Nothing of this belongs into a program that works.
 */
export {
  type DecideFault,
  type Fault,
  type FaultKind,
  type FaultMoment,
  type FaultRates,
  randomFaults,
} from './faults.ts';
export { type FaultPlan, faultyDatabase } from './faulty-database.ts';
export { createProcessFate, type ProcessFate } from './process-fate.ts';
export { seededRandom } from './seeded-random.ts';
export { type DatabaseInStep, databaseInStep, installSettableClock, setDatabaseTime } from './settable-clock.ts';
export { createSimulatedClock, type SimulatedClock, type SimulatedClockOptions } from './simulated-clock.ts';
export { createSimulatedProcess, type SimulatedProcess, type SimulatedProcessOptions } from './simulated-process.ts';
export type { AttemptOutcome, TaskRecord } from './task-record.ts';
export { createTestTasker, type TestTasker, type TestTaskerOptions } from './test-tasker.ts';
