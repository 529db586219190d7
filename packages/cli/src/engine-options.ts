import { optionsFromConfig, type TaskerOptions } from '@tasker/engine';
import type { Cli } from './cli.ts';
import type { LoadedTasks } from './input/load-tasks.ts';
import { createLogger } from './output/logger.ts';

/**
 * What the engine is started with: what is configured, and the tasks that files hold. A person is shown the log as
 * lines, everybody else gets it as JSON.
 *
 * @throws {InvalidTemplate} with every problem of the templates in the configured folders
 */
export async function engineOptions(cli: Cli, loaded: LoadedTasks): Promise<TaskerOptions> {
  const options = await optionsFromConfig(cli.config);
  return {
    ...options,
    ...loaded,
    templates: [...(options.templates ?? []), ...loaded.templates],
    ...(process.stderr.isTTY ? { logger: createLogger(cli, 'info') } : {}),
  };
}
