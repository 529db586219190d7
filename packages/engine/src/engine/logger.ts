import { pino } from 'pino';
import type { StepLogger } from '../lifecycle/4-execution/step-context.ts';

/** What the engine logs to; a pino logger is one. */
export interface TaskerLogger extends StepLogger {
  child(fields: object): TaskerLogger;
  /** Whether lines of the level are kept. Attempts are logged one by one (`debug`) only where it says so. */
  isLevelEnabled?(level: 'debug'): boolean;
}

/** Level from `TASKER_LOG_LEVEL`. */
export function defaultLogger(): TaskerLogger {
  return loggerAt(process.env['TASKER_LOG_LEVEL'] ?? 'warn');
}

/** JSON lines on standard error, so that standard output stays the program's. */
export function loggerAt(level: string): TaskerLogger {
  return pino({ level, base: null }, pino.destination(2));
}
