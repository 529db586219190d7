import { optionsFromConfig, type TaskerConfig, type TaskerOptions } from '@tasker/engine';
import type { LoadedTasks } from './input/load-tasks.ts';
import { createLogger } from './output/logger.ts';
import type { Terminal } from './output/terminal.ts';

/**
 * What the engine is started with: what is configured, and the tasks that files hold. A person is shown the log as
 * lines, everybody else gets it as JSON.
 *
 * @throws {InvalidTemplate} with every problem of the templates in the configured folders
 */
export async function engineOptions(
  config: TaskerConfig,
  loaded: LoadedTasks,
  terminal: Terminal,
): Promise<TaskerOptions> {
  const options = await optionsFromConfig(config);
  return {
    ...options,
    ...loaded,
    templates: [...(options.templates ?? []), ...loaded.templates],
    ...(process.stderr.isTTY ? { logger: createLogger(terminal, 'info') } : {}),
  };
}
