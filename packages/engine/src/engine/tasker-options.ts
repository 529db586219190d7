import type { TemplateDocument } from '@tasker/contract';
import type { Clock, Random } from '../clock.ts';
import type { AnyTaskDefinition } from '../define/define-task.ts';
import { InvalidOptions } from '../errors.ts';
import type { HandlerResolver } from '../lifecycle/4-execution/handler-resolver.ts';
import type { HandlerModules } from '../lifecycle/4-execution/module-resolver.ts';
import type { Handlers } from '../lifecycle/4-execution/named-handlers.ts';
import type { Database } from '../postgres/database.ts';
import type { OpenDatabaseOptions } from '../postgres/open-database.ts';
import type { WorkerOptions } from '../worker/worker-options.ts';
import type { TaskerLogger } from './logger.ts';
import type { TemplateFile } from './tasker.ts';

export interface TaskerOptions {
  /**
   * `postgres://…`, `file:DIR` (a PostgreSQL server of our own in that folder), `memory:` (gone at exit), or an open
   * database. Default: `TASKER_DATABASE_URL`, else `file:.tasker`.
   */
  readonly database?: string | Database;
  /** The schema everything lives in. Default `tasker`. */
  readonly schema?: string;
  /** Limits of the connections to a database that is given by URL. */
  readonly pool?: Pick<OpenDatabaseOptions, 'maxConnections' | 'connectTimeoutMs' | 'queryTimeoutMs'>;
  /** Definitions to register; their handlers come with them. */
  readonly tasks?: readonly AnyTaskDefinition[];
  /** Templates to register, as documents or as `loadTemplates` reads them; their handlers may be in other processes. */
  readonly templates?: readonly (TemplateDocument | TemplateFile)[];
  /** Handlers by the names that templates refer to them by, or a list of classes that know their names. */
  readonly handlers?: Handlers;
  /** Further ways from the callable in a template to a handler. */
  readonly resolvers?: readonly HandlerResolver[];
  /**
   * Where callables such as `./payments.js#Charge` and `@shop/handlers#Charge` may be imported from, whichever way their
   * template came. Default: nowhere; templates that are given with their file may name modules beside it.
   */
  readonly handlerModules?: HandlerModules;
  /** Different content under a version that exists becomes a new revision instead of an error. Default false. */
  readonly replaceTemplates?: boolean;
  /**
   * How many different graphs the tasks of one template may have whose submission changes it (`onSubmit`), as long as
   * those tasks are kept. Default 1,000; each costs as much room as a template.
   */
  readonly graphsPerTemplate?: number;
  /** How this process works on steps; false: it does not. Default: it does when it has handlers. */
  readonly worker?: WorkerOptions | false;
  /**
   * Look after the database: hand on the steps of lost workers, make room in history, drop what is too old. At least
   * one process must. Default true.
   */
  readonly upkeep?: boolean;
  /** Bring the database up to date at the start. Default true. */
  readonly migrate?: boolean;
  /** Drop history older than this many days, week by week. Default: keep it. */
  readonly retentionDays?: number;
  /** Warn of attempts that take longer, milliseconds. Default 1,000. */
  readonly slowThresholdMs?: number;
  /** Default: warnings and errors as JSON lines on standard error. */
  readonly logger?: TaskerLogger;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests. */
  readonly random?: Random;
}

/** @throws {InvalidOptions} with everything that is wrong */
export function checkTaskerOptions(options: TaskerOptions): void {
  const { retentionDays, graphsPerTemplate, slowThresholdMs } = options;
  const problems = Object.entries({ retentionDays, graphsPerTemplate, slowThresholdMs }).flatMap(([name, value]) =>
    value === undefined || (Number.isInteger(value) && value >= 1)
      ? []
      : [`${name} must be a whole number of at least 1, not ${value}.`],
  );
  if (problems.length > 0) throw new InvalidOptions(problems);
}
