import { InvalidTemplate } from '../../errors.ts';
import { loadTemplates } from '../../lifecycle/1-template/load-templates.ts';
import { loggerAt } from '../logger.ts';
import type { TaskerOptions } from '../tasker-options.ts';
import type { TaskerConfig } from './config.ts';

/**
 * What `createTasker` is to be called with (`health` and `cache` are for `createServer`); handlers and definitions come from the program. Reads the templates of the
 * configured folders.
 *
 * @throws {InvalidTemplate} with every problem of all of them
 */
export async function optionsFromConfig(config: TaskerConfig): Promise<TaskerOptions> {
  const { environment, database, templates, log, telemetry, upkeep } = config;
  const { url, name: _name, schema, migrate, ...pool } = database;
  const { enabled, name, ...worker } = config.worker;
  const folders = templates.folders;
  const load = folders.length === 0 ? nothing : await loadTemplates(folders, { environment });
  if (load.problems.length > 0) throw new InvalidTemplate(load.problems);
  return {
    database: url,
    schema,
    pool,
    migrate,
    templates: load.templates,
    replaceTemplates: templates.replace,
    worker: enabled && { ...worker, ...(name === undefined ? {} : { name }) },
    logger: loggerAt({ ...log, environment }),
    slowThresholdMs: telemetry.slowThresholdMs,
    upkeep: upkeep.enabled,
    ...(upkeep.retentionDays === undefined ? {} : { retentionDays: upkeep.retentionDays }),
  };
}

const nothing = { templates: [], problems: [] };
