import type { TaskState } from '@tasker/contract';
import { asked, byId, byStatus, hasStatus, where } from './ids-by-status.sql.ts';
import type { Noted } from './noted-as.ts';
import type { Search } from './task-search.ts';

/** A query for the ids of the first tasks, at most `most` (a parameter). */
export function idsOf(search: Search, most: string): string {
  return search.noted === undefined ? idsByTask(search, most) : idsByNote(search, search.noted, most);
}

function idsByNote(search: Search, noted: Noted, most: string): string {
  const { order, status, ids, narrow } = search;
  const others = {
    ...search,
    noted: undefined,
    task: [...search.task, noted.ofTask],
    besidesTags: [...search.besidesTags, noted.ofTask],
  };
  if (narrow) return idsByTask(others, most);
  const place = {
    ids,
    order,
    asked: (id: string) => asked({ ...search, task: [...search.task, ...hasStatus(status)] }, id),
  };
  const ways = waysTo(others, most);
  const [only] = ways;
  if (only === undefined && status === undefined) return noted.alone(place, most);
  if (isRare(status)) return noted.fewOr(place, idsByTask(others, most), most);
  const near = noted.walk(place, most, firstTasks);
  const walk = noted.walk(place, most);
  if (only === undefined) return noted.fewOr(place, walk, most);
  const far = ways.length > 1 ? inCommon(others, most) : only.isOneList ? only.found : walk;
  return noted.fewOr(place, byTheFirstOfFew(ways, firstNear(near, far, most, walk)), most);
}

function idsByTask(search: Search, most: string): string {
  const { status, narrow } = search;
  if (narrow) return byId(search, most);
  const ways = waysTo(search, most);
  const [only, another] = ways;
  if (only === undefined) return byStatus(search, most);
  if (another !== undefined) {
    return byTheFirstOfFew(ways, isRare(status) ? byStatus(search, most) : inCommon(search, most));
  }
  if (only.isInOrder && status === undefined) return only.found;
  return byTheFirstOfFew(ways, only.isInOrder && !isRare(status) ? only.found : byStatus(search, most));
}

const isRare = (status: TaskState | undefined) => status !== undefined && status !== 'complete';

/** Asking so many tasks one by one costs a few milliseconds. */
const fewTasks = 1000;

/** An index on tasks that knows one of the filters. */
interface Way {
  /** An index has what is wanted in its order: as one list, or as several. */
  readonly isInOrder: boolean;
  readonly isOneList: boolean;
  /** A query for the tasks that this filter alone leaves; at most a few and one. */
  readonly alone: string;
  /** A query for what is looked for, by this index. */
  readonly found: string;
}

/**
 * Of filters that are asked for together one often leaves few tasks, and then it does not matter how many the others
 * leave: whether they do is found by counting a few. Each is counted only when those before it left many.
 */
function byTheFirstOfFew(ways: readonly Way[], otherwise: string): string {
  const isFew = (n: number) => `(select few from probe${n})`;
  const many = (n: number) => ways.slice(0, n).map((_, before) => `not ${isFew(before)}`);
  const probes = ways.map(
    ({ alone }, n) => `probe${n} as materialized (select count(*) <= ${fewTasks} as few from (${alone}) s)`,
  );
  const branches = ways.map(({ found }, n) => `select g.id from (${found}) g ${where([...many(n), isFew(n)])}`);
  const last = `select g.id from (${otherwise}) g ${where(many(ways.length))}`;
  return `with ${probes.join(', ')} ${[...branches, last].join(' union all ')}`;
}

/**
 * What several filters have in common, each of which leaves many tasks: that may be much or nothing. Much is found among
 * the first; otherwise the indexes are laid over each other, which asks no task that is not found.
 */
function inCommon(search: Search, most: string): string {
  const { order, ids, task, status, revisions } = search;
  // a list, so that the index on revisions can be laid over the others
  const belongs = revisions === undefined ? [] : [`t.revision_id = any(array(${revisions}))`];
  const all = where([...ids('t.id'), ...task, ...hasStatus(status), ...belongs]);
  const near = `select t.id from (${firstOf(search)}) t ${where([...task, ...belongs])} order by t.id ${order} limit ${most}`;
  const far = `select f.id from (select t.id from tasker.task t ${all} offset 0) f order by f.id ${order} limit ${most}`;
  return firstNear(near, far, most);
}

/**
 * What is found near, when that is a whole page; otherwise what is found far.
 *
 * @param further finds the same as `far` by going on where `near` was found: soon, when near was a tenth of a page
 */
function firstNear(near: string, far: string, most: string, further?: string): string {
  const goingOn =
    further === undefined
      ? ''
      : `union all
          select g.id from (${further}) g where not (select found from enough) and (select soon from enough)`;
  const atLast = further === undefined ? '' : 'and not (select soon from enough)';
  return `with near as materialized (${near}),
          enough as materialized (select count(*) = ${most} as found, count(*) * 10 >= ${most} as soon from near)
          select n.id from near n where (select found from enough)
          ${goingOn}
           union all
          select c.id from (${far}) c where not (select found from enough) ${atLast}`;
}

/** The first tasks that have the status, or else one of the filters, in order; how many is bounded. */
function firstOf({ order, ids, status, correlation, initiator }: Search): string {
  const first = `limit ${firstTasks}`;
  const [column, value] = correlation === undefined ? ['initiator', initiator] : ['correlation_id', correlation];
  if (value !== undefined && status === undefined) {
    const own = where([`t.${column} >= ${value}`, `t.${column} <= ${value}`, ...ids('t.id')]);
    return `select * from tasker.task t ${own} order by t.${column} ${order}, t.id ${order} ${first}`;
  }
  if (status === undefined) return `select * from tasker.task t ${where(ids('t.id'))} order by t.id ${order} ${first}`;
  const ended = where([`o.state = '${status}'`, ...ids('o.task_id')]);
  return `select t.* from (select o.task_id from tasker.task_outcome o ${ended} order by o.task_id ${order} ${first}) o
           cross join lateral (select * from tasker.task t where t.id = o.task_id limit 1) t`;
}

/** Looked through before indexes are laid over each other, which takes as long as some thousands of tasks. */
const firstTasks = 2000;

/** The index that the order of ids can be read from comes first, the others by how much they cost to ask. */
function waysTo(search: Search, most: string): Way[] {
  const { order, ids, task, besidesTags, status, correlation, initiator, revisions, parent, tags } = search;
  const within = ids('t.id');
  const conditions = [...within, ...task, ...hasStatus(status)];
  const belongs = revisions === undefined ? [] : [`t.revision_id in (${revisions})`];
  const few = `limit ${fewTasks + 1}`;
  const byColumn = (of: string, column: string): Way => {
    const inOrder = `order by t.${column} ${order}, t.id ${order}`;
    const alone = where([`t.${column} >= ${of}`, `t.${column} <= ${of}`, ...within]);
    return {
      isInOrder: true,
      isOneList: true,
      alone: `select 1 from tasker.task t ${alone} ${few}`,
      found: `select t.id from tasker.task t ${where([...conditions, ...belongs])} ${inOrder} limit ${most}`,
    };
  };
  const byRevision = (of: string): Way => {
    // a range for the reason given above
    const own = ['t.revision_id >= v.id', 't.revision_id <= v.id'];
    const latest = (asked: readonly string[], limit: string) =>
      `select f.id from (${of}) v
        cross join lateral (select t.id from tasker.task t ${where([...own, ...asked])}
                             order by t.revision_id ${order}, t.id ${order} limit ${limit}) f`;
    return {
      isInOrder: true,
      isOneList: false,
      alone: `select 1 from (${latest(within, `${fewTasks + 1}`)}) a ${few}`,
      found: `${latest(conditions, most)} order by f.id ${order} limit ${most}`,
    };
  };
  // without knowledge of a limit the planner does not hope to find them soon by walking the ids
  const gathered = (asked: readonly string[], alone: readonly string[]): Way => ({
    isInOrder: false,
    isOneList: false,
    alone: `select 1 from (select t.id from tasker.task t ${where([...alone, ...within])} offset 0) a ${few}`,
    found: `select f.id from (select t.id from tasker.task t ${where([...asked, ...within, ...hasStatus(status), ...belongs])} offset 0) f
             order by f.id ${order} limit ${most}`,
  });
  const byParent = (of: string) =>
    gathered(task, [`t.parent_correlation_id = ${of}`, 't.parent_correlation_id is distinct from t.correlation_id']);
  const byTag = (of: string) => {
    const isTagged = `t.tags @> ${of}::text[]`;
    return gathered([isTagged, ...besidesTags], [isTagged]);
  };
  return [
    ...(correlation === undefined ? [] : [byColumn(correlation, 'correlation_id')]),
    ...(initiator === undefined ? [] : [byColumn(initiator, 'initiator')]),
    ...(revisions === undefined ? [] : [byRevision(revisions)]),
    ...(parent === undefined ? [] : [byParent(parent)]),
    ...(tags === undefined ? [] : [byTag(tags)]),
  ];
}
