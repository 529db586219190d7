import { pino } from 'pino';
import type { StepLogger } from '../lifecycle/4-execution/step-context.ts';

/** What the engine logs to; a pino logger is one. */
export interface TaskerLogger extends StepLogger {
  child(fields: object): TaskerLogger;
}

/** JSON lines on standard error, so that standard output stays the program's. Level from `TASKER_LOG_LEVEL`. */
export function defaultLogger(): TaskerLogger {
  return pino({ level: process.env['TASKER_LOG_LEVEL'] ?? 'warn', base: null }, pino.destination(2));
}
