import type { TaskState } from '@tasker/contract';
import type { Search } from './task-search.ts';

/** Reads what has the status, and asks each of its tasks for the rest. */
export function byStatus(search: Search, most: string): string {
  switch (search.status) {
    case undefined:
      return byId(search, most);
    case 'pending':
      return pendingIds(search, most);
    case 'in_progress':
      return begunIds(search, most);
    case 'complete':
    case 'error':
    case 'cancelled':
    case 'resolved_manually':
      return endedIds(search, search.status, most);
  }
}

export function byId({ order, ids, task, revisions, status }: Search, most: string): string {
  const belongs = revisions === undefined ? [] : [`t.revision_id in (${revisions})`];
  const conditions = where([...ids('t.id'), ...task, ...belongs, ...hasStatus(status)]);
  return `select t.id from tasker.task t ${conditions} order by t.id ${order} limit ${most}`;
}

/** The state is written out, because only then the partial index is known to have it. */
function endedIds(search: Search, status: TaskState, most: string): string {
  return `select o.task_id as id from tasker.task_outcome o ${asked(search, 'o.task_id')}
           ${where([`o.state = '${status}'`, ...search.ids('o.task_id')])}
           order by o.task_id ${search.order} limit ${most}`;
}

/** Nothing of a pending task has been handed out: it waits with its first attempts. */
function pendingIds(search: Search, most: string): string {
  const conditions = where([
    'r.attempt = 1',
    ...search.ids('r.task_id'),
    ...inQueues(search),
    'r.task_id not in (select u.id from tasker.lease l cross join lateral unnest(l.tasks) u(id))',
    `(${hasAttempt('r.task_id')}) is null`,
  ]);
  return `select distinct r.task_id as id from tasker.ready r ${asked(search, 'r.task_id')} ${conditions}
           order by 1 ${search.order} limit ${most}`;
}

/**
 * A task of which something has been handed out is in a lease, or it has come further than the first attempt of its
 * first step, or what has come further waits at a join.
 */
function begunIds(search: Search, most: string): string {
  const held = where([
    ...search.ids('u.id'),
    '(select true from tasker.task_outcome o where o.task_id = u.id) is null',
  ]);
  const waiting = where([
    '(r.step > 0 or r.attempt > 1)',
    ...search.ids('r.task_id'),
    ...inQueues(search),
    `(${hasAttempt('r.task_id')})`,
  ]);
  const joining = where([...search.ids('j.task_id'), `(${hasAttempt('j.task_id')})`]);
  return `select distinct b.id from (
            (select distinct u.id from tasker.lease l cross join lateral unnest(l.tasks) u(id) ${asked(search, 'u.id')} ${held}
              order by 1 ${search.order} limit ${most})
            union all
            (select distinct r.task_id from tasker.ready r ${asked(search, 'r.task_id')} ${waiting} order by 1 ${search.order} limit ${most})
            union all
            (select distinct j.task_id from tasker.join_counter j ${asked(search, 'j.task_id')} ${joining}
              order by 1 ${search.order} limit ${most})) b
           order by 1 ${search.order} limit ${most}`;
}

/** Spares looking at the tasks of ready rows that are of another template. */
function inQueues({ revisions }: Search): string[] {
  if (revisions === undefined) return [];
  return [`r.queue in (select s.queue_id from tasker.revision_step s where s.revision_id in (${revisions}))`];
}

const hasAttempt = (id: string) => `select true from tasker.attempt a where a.task_id = ${id} limit 1`;

/** Each task is asked for its state by itself, which no planner can turn into a join with all of history. */
export function hasStatus(status: TaskState | undefined): string[] {
  if (status === undefined) return [];
  if (status === 'pending' || status === 'in_progress') return [`tasker.state_of(t.id) = '${status}'`];
  return [`(select o.state from tasker.task_outcome o where o.task_id = t.id) = '${status}'`];
}

/** What is asked of the task of an id that another table has; likewise one by one. */
export function asked({ task, revisions }: Search, id: string): string {
  const belongs = revisions === undefined ? [] : [`t.revision_id in (${revisions})`];
  if (task.length + belongs.length === 0) return '';
  return `cross join lateral (select 1 from tasker.task t ${where([`t.id = ${id}`, ...task, ...belongs])} limit 1) t`;
}

export const where = (conditions: readonly string[]) =>
  conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
