import { createTasker, type Database, type Tasker, type TaskerLogger, type TaskerOptions } from '@tasker/engine';
import { onTestFinished } from 'vitest';

/** A Tasker for one test, on a database that is migrated already, and quiet. Stopped with the test. */
export async function startTasker(db: Database, options: Omit<TaskerOptions, 'database'> = {}): Promise<Tasker> {
  const tasker = await createTasker({ database: db, migrate: false, logger: silent, ...options });
  onTestFinished(() => tasker.stop({ abort: true }));
  return tasker;
}

const silent: TaskerLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
