import { onTestFinished } from 'vitest';
import { createTasker, type Database, type Tasker, type TaskerLogger, type TaskerOptions } from '../../src/index.ts';

/** A Tasker for one test, on a database that is migrated already, quiet unless given a log. Stopped with the test. */
export async function start(
  database: string | Database,
  options: Omit<TaskerOptions, 'database'> = {},
): Promise<Tasker> {
  const tasker = await createTasker({ database, migrate: false, logger: silent, ...options });
  onTestFinished(() => tasker.stop({ abort: true }));
  return tasker;
}

export interface Log extends TaskerLogger {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[];
}

/** A logger that keeps what it is told. */
export function createLog(bound: object = {}, lines: Log['lines'] = []): Log {
  const at = (level: string) => (first: object | string, message?: string) => {
    const fields = typeof first === 'string' ? bound : { ...bound, ...first };
    lines.push({ level, fields, message: typeof first === 'string' ? first : (message ?? '') });
  };
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => createLog({ ...bound, ...fields }, lines),
  };
}

const silent: TaskerLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
