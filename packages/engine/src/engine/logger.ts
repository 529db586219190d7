import { type DestinationStream, pino } from 'pino';
import { currentEnvironment } from '../lifecycle/1-template/language/environment.ts';
import { sensitiveWords } from '../lifecycle/4-execution/result-pipeline.ts';
import type { StepLogger } from '../lifecycle/4-execution/step-context.ts';
import { createLogLine, type LogLineOptions } from './log-line.ts';
import { readVersion } from './version.ts';

/** What the engine logs to; a pino logger is one. */
export interface TaskerLogger extends StepLogger {
  child(fields: object): TaskerLogger;
  /** Whether lines of the level are kept. Attempts are logged one by one (`debug`) only where it says so. */
  isLevelEnabled?(level: 'debug'): boolean;
}

/** Level from `TASKER_LOG_LEVEL`. */
export function defaultLogger(): TaskerLogger {
  return loggerAt({
    level: process.env['TASKER_LOG_LEVEL'] ?? 'warn',
    format: 'json',
    filterParameters: sensitiveWords,
    filterMask: '[FILTERED]',
    environment: currentEnvironment(),
  });
}

export interface LoggerOptions extends LogLineOptions {
  readonly level: string;
  readonly environment: string;
}

/** Lines on standard error, so that standard output stays the program's. */
export function loggerAt(options: LoggerOptions, out: DestinationStream = pino.destination(2)): TaskerLogger {
  const { level, environment } = options;
  const lineOf = createLogLine(options);
  return pino(
    {
      level,
      base: { environment, tasker_version: readVersion(), process_id: process.pid },
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => out.write(lineOf(line)) },
  );
}
