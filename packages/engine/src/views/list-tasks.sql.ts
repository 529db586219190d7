import type { Database, SqlValue, Statement } from '../postgres/database.ts';
import { summaryColumns, summaryJoins, type TaskSummary } from './find-task.sql.ts';
import { idsOf } from './ids-of-tasks.sql.ts';
import { oftenAsked } from './often-asked.ts';
import { type Add, hasTemplate, searchesOf, type TaskFilter } from './task-search.ts';
import { weeksApart } from './weeks-apart.sql.ts';

export interface TaskPageRequest {
  /** Default 20. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
  /** Passes over so many tasks: each costs as much as one shown. Prefer `cursor`. */
  readonly offset?: number | undefined;
  /** Default `newest`. */
  readonly first?: 'newest' | 'oldest' | undefined;
}

export interface TaskPage {
  readonly tasks: readonly TaskSummary[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

/**
 * Tasks, the newest (or the oldest) first, as far as ids tell their age. The cursor is the id of the last task shown, so that pages
 * neither skip nor repeat when tasks come in between.
 *
 * Every page is read off the end of an index, whatever the history is long; nothing is counted. Which index depends on
 * the filter:
 * - open tasks: the frontier, which has them all and nothing else;
 * - error, cancelled, resolved: their partial index of outcomes; complete: outcomes by id;
 * - a correlation id, an initiator, a template (per revision): the index of their tasks; a tag, a parent's correlation
 *   id: its index, when that finds few; the task whose own id is the correlation id: tasks by id;
 * - several of these, or one with a status: the first that has few tasks, else the status, else what all have in common,
 *   without the weeks of which it is known that no task has two of them;
 * - an annotation: its index of values when they are rare, that of its name when they are not; with other filters, the
 *   first that has few tasks, else that of its name as long as it finds something, else the others;
 * - everything else: tasks by id.
 */
export async function listTasks(db: Database, filter: TaskFilter = {}, page: TaskPageRequest = {}): Promise<TaskPage> {
  const limit = page.limit ?? 20;
  const apart = await weeksApart(db, filter);
  const { text, values } = pageStatement(filter, {
    limit: limit + 1,
    cursor: page.cursor,
    offset: page.offset ?? 0,
    order: page.first === 'oldest' ? 'asc' : 'desc',
    weeksApart: apart,
  });
  // which weeks can be left out is to be known when it is planned
  const name = apart.length === 0 ? nameOf(db, text) : undefined;
  const found = await db.transaction(async (tx) => {
    await tx.query(name === undefined ? pinPlans : pinKeptPlans);
    return tx.query<TaskSummary>(name === undefined ? { text } : { name, text }, values);
  });
  const tasks = found.slice(0, limit);
  return { tasks, nextCursor: found.length > limit ? tasks.at(-1)?.taskId : undefined };
}

const names = new WeakMap<Database, (text: string) => string | undefined>();

function nameOf(db: Database, text: string): string | undefined {
  let ofDatabase = names.get(db);
  if (ofDatabase === undefined) names.set(db, (ofDatabase = oftenAsked('list_tasks')));
  return ofDatabase(text);
}

/**
 * Looks at one partition of many and at one page of millions of rows: estimates mislead, and compiling a plan takes
 * longer than running it.
 */
export const pinPlans: Statement = {
  text: `select set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true),
                set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
};

/** One plan whatever the values are: with these settings and these statements it is the one that each would get. */
export const pinKeptPlans: Statement = {
  text: `${pinPlans.text}, set_config('plan_cache_mode', 'force_generic_plan', true)`,
};

interface Page {
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly offset: number;
  readonly order: 'asc' | 'desc';
  /** When weeks begin in which nothing is to be found, in order. */
  readonly weeksApart: readonly number[];
}

/** The statement behind `listTasks`, for tests that look at its plan. */
export function pageStatement(filter: TaskFilter, page: Page): { text: string; values: SqlValue[] } {
  const values: SqlValue[] = [];
  const add = (value: SqlValue) => `$${values.push(value)}`;
  const most = add(page.limit + page.offset);
  const sources = searchesOf(filter, page, add).map((search) => `(${idsOf(search, most)})`);
  const ids = sources.length === 1 ? sources[0] : `(select distinct u.id from (${sources.join(' union all ')}) u)`;
  const text = `${revisionsOf(filter, add)}
    select ${summaryColumns}
      from (select p.id from ${ids} p order by p.id ${page.order} limit ${add(page.limit)} offset ${add(page.offset)}) x
     cross join lateral (select t.* from tasker.task t where t.id = x.id) t
      ${summaryJoins}
     order by t.id ${page.order}`;
  return { text, values };
}

/** `rev`: the revisions that the filter on templates leaves. There are few in all, so they come first. */
function revisionsOf(filter: TaskFilter, add: Add): string {
  if (!hasTemplate(filter)) return '';
  const { namespace, name, version } = filter;
  const conditions = [
    ...(namespace === undefined ? [] : [`n.name = ${add(namespace)}`]),
    ...(name === undefined ? [] : [`m.name = ${add(name)}`]),
    ...(version === undefined ? [] : [`m.version = ${add(version)}`]),
  ];
  return `with rev as materialized (
      select r.id from tasker.revision r
        join tasker.template m on m.id = r.template_id
        join tasker.namespace n on n.id = m.namespace_id
       where ${conditions.join(' and ')})`;
}
