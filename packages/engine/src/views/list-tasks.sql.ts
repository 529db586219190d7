import type { TaskState } from '@tasker/contract';
import { isUuid, parseStepId } from '../graph/step-id.ts';
import { textArray } from '../postgres/array-literal.ts';
import type { Database, SqlValue, Statement } from '../postgres/database.ts';
import type { AnnotationFilter } from './find-annotations.sql.ts';
import { summaryColumns, summaryJoins, type TaskSummary } from './find-task.sql.ts';
import { type Noted, notedAs } from './noted-as.ts';

export interface TaskFilter {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly status?: TaskState | undefined;
  readonly tag?: string | undefined;
  readonly initiator?: string | undefined;
  /** Its own, which is its id unless it was given another. */
  readonly correlationId?: string | undefined;
  readonly parentCorrelationId?: string | undefined;
  /** What was noted about it. A key without a value has no index, and may take long to find. */
  readonly annotation?: AnnotationFilter | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  /**
   * What somebody typed into a search box: the id of a task or step or its beginning (8 digits or more), a correlation
   * id, an initiator, a tag, or a part of the name of a template.
   */
  readonly q?: string | undefined;
}

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
 * - a correlation id, an initiator, a template (per revision): the index of their tasks; a tag: its index, when that
 *   finds few; the task whose own id is the correlation id: tasks by id;
 * - several of these, or one with a status: the first that has few tasks, else the status, else what all have in common;
 * - an annotation: its index of values when they are rare, that of its name when they are not; with other filters, those
 *   unless few tasks have the annotation;
 * - everything else: tasks by id.
 */
export async function listTasks(db: Database, filter: TaskFilter = {}, page: TaskPageRequest = {}): Promise<TaskPage> {
  const limit = page.limit ?? 20;
  const { text, values } = pageStatement(filter, {
    limit: limit + 1,
    cursor: page.cursor,
    offset: page.offset ?? 0,
    order: page.first === 'oldest' ? 'asc' : 'desc',
  });
  const found = await db.transaction(async (tx) => {
    await tx.query(pinPlans);
    return tx.query<TaskSummary>({ text }, values);
  });
  const tasks = found.slice(0, limit);
  return { tasks, nextCursor: found.length > limit ? tasks.at(-1)?.taskId : undefined };
}

/**
 * Looks at one partition of many and at one page of millions of rows: estimates mislead, and compiling a plan takes
 * longer than running it.
 */
export const pinPlans: Statement = {
  text: `select set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true),
                set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
};

interface Page {
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly offset: number;
  readonly order: 'asc' | 'desc';
}

/** The statement behind `listTasks`, for tests that look at its plan. */
export function pageStatement(filter: TaskFilter, page: Page): { text: string; values: SqlValue[] } {
  const values: SqlValue[] = [];
  const add = (value: SqlValue) => `$${values.push(value)}`;
  const most = add(page.limit + page.offset);
  const bases = correlated(searchOf(filter, page, add), filter, add);
  const q = filter.q?.trim();
  const searches = q === undefined ? bases : bases.flatMap((base) => alternatives(q, base, add));
  const sources = searches.map((search) => `(${idsOf(search, most)})`);
  const ids = sources.length === 1 ? sources[0] : `(select distinct u.id from (${sources.join(' union all ')}) u)`;
  const text = `${revisionsOf(filter, add)}
    select ${summaryColumns}
      from (select p.id from ${ids} p order by p.id ${page.order} limit ${add(page.limit)} offset ${add(page.offset)}) x
     cross join lateral (select t.* from tasker.task t where t.id = x.id) t
      ${summaryJoins}
     order by t.id ${page.order}`;
  return { text, values };
}

/** What is looked for, as SQL. */
interface Search {
  readonly order: Page['order'];
  readonly status: TaskState | undefined;
  /** Conditions on an id, whatever column it is in. */
  readonly ids: (column: string) => string[];
  /** Conditions on the task `t`: all there are, but for its revision. */
  readonly task: readonly string[];
  /** A query for the revisions that tasks may have. */
  readonly revisions: string | undefined;
  /** Parameters that an index on tasks knows. */
  readonly correlation: string | undefined;
  readonly initiator: string | undefined;
  readonly tags: string | undefined;
  readonly noted: Noted | undefined;
  /** The conditions leave so few tasks that everything else may be asked of each. */
  readonly narrow: boolean;
}

type Add = (value: SqlValue) => string;

function searchOf(filter: TaskFilter, { cursor, order }: Page, add: Add): Search {
  const { createdAfter: after, createdBefore: before, status } = filter;
  const cut = cursor === undefined ? undefined : `${add(cursor)}::uuid`;
  const from = after && { at: add(timestamp(after.getTime())), floor: idFloor(after, -clockSkewMs, add) };
  const to = before && { at: add(timestamp(before.getTime())), floor: idFloor(before, clockSkewMs, add) };
  const base: Search = {
    order,
    status,
    ids: (id) => [
      ...(cut === undefined ? [] : [`${id} ${order === 'asc' ? '>' : '<'} ${cut}`]),
      ...(from === undefined ? [] : [`${id} >= ${from.floor}`]),
      ...(to === undefined ? [] : [`${id} < ${to.floor}`]),
    ],
    task: [
      ...(from === undefined ? [] : [`t.created_at >= ${from.at}::timestamptz`]),
      ...(to === undefined ? [] : [`t.created_at < ${to.at}::timestamptz`]),
    ],
    revisions: hasTemplate(filter) ? 'select v.id from rev v' : undefined,
    correlation: undefined,
    initiator: undefined,
    tags: undefined,
    noted: filter.annotation && notedAs(filter.annotation, add),
    narrow: false,
  };
  const byInitiator = filter.initiator === undefined ? base : withInitiator(base, add(filter.initiator));
  return filter.tag === undefined ? byInitiator : withTag(byInitiator, filter.tag, add);
}

/** An index has the ids that tasks were given, another the tasks without: their own id is theirs. */
function correlated(search: Search, filter: TaskFilter, add: Add): Search[] {
  const { correlationId, parentCorrelationId: parent } = filter;
  const byParent = parent === undefined ? [search] : withParent(search, add(parent));
  if (correlationId === undefined) return byParent;
  const given = add(correlationId);
  const own = isUuid(correlationId) ? [`t.id = ${add(correlationId)}::uuid and t.correlation_id is null`] : [];
  return byParent.flatMap((each) => [
    withCorrelation(each, given),
    ...own.map((condition) => narrowed(each, condition)),
  ]);
}

/** What has the id of its parent is found by that; of the others there is an index. */
function withParent(search: Search, parent: string): Search[] {
  const same = `t.correlation_id = ${parent} and t.parent_correlation_id = ${parent}`;
  const another = `t.parent_correlation_id = ${parent} and t.parent_correlation_id is distinct from t.correlation_id`;
  return [same, another].map((condition) => narrowed(search, condition));
}

/** Ids are made with the database's time as a process knows it, and so a little off. */
const clockSkewMs = 300_000;

function idFloor(at: Date, skewMs: number, add: Add): string {
  return `tasker.id_floor(${add(timestamp(at.getTime() + skewMs))}::timestamptz)`;
}

/** No task is older than the one or younger than the other, and PostgreSQL reads no years of more than four digits. */
const timestamp = (ms: number) => new Date(Math.min(Math.max(0, ms), Date.UTC(9999, 11, 31))).toISOString();

function withCorrelation(search: Search, correlation: string): Search {
  // a range for the reason given below
  const conditions = [`t.correlation_id >= ${correlation}`, `t.correlation_id <= ${correlation}`];
  return { ...search, correlation, task: [...search.task, ...conditions] };
}

function withInitiator(search: Search, initiator: string): Search {
  // a range, because for an equation the planner may think the index on ids good enough, and read all of history
  const conditions = [`t.initiator >= ${initiator}`, `t.initiator <= ${initiator}`];
  return { ...search, initiator, task: [...search.task, ...conditions] };
}

function withTag(search: Search, tag: string, add: Add): Search {
  const tags = add(textArray([tag]));
  return { ...search, tags, task: [...search.task, `t.tags @> ${tags}::text[]`] };
}

const narrowed = (search: Search, condition: string): Search => ({
  ...search,
  task: [...search.task, condition],
  narrow: true,
});

function hasTemplate({ namespace, name, version }: TaskFilter): boolean {
  return namespace !== undefined || name !== undefined || version !== undefined;
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

/** What a search box may mean, each found by an index of its own. */
function alternatives(q: string, base: Search, add: Add): Search[] {
  const text = add(q);
  const named = `select r.id from tasker.revision r
        join tasker.template m on m.id = r.template_id join tasker.namespace n on n.id = m.namespace_id
       where strpos(lower(n.name || '.' || m.name || '@' || m.version), lower(${text})) > 0
         ${base.revisions === undefined ? '' : `and r.id in (${base.revisions})`}`;
  return [
    { ...base, revisions: named },
    withCorrelation(base, text),
    withInitiator(base, text),
    withTag(base, q, add),
    ...idRange(q).map(([first, last]) => narrowed(base, `t.id between ${add(first)}::uuid and ${add(last)}::uuid`)),
  ];
}

/** The first and last id of a task that `q` may mean: it is the beginning of one, or the id of a step. */
function idRange(q: string): [string, string][] {
  const taskId = parseStepId(q)?.taskId;
  if (taskId !== undefined) return [[taskId, taskId]];
  if (!/^[0-9a-f-]{8,36}$/i.test(q)) return [];
  const digits = q.replaceAll('-', '').toLowerCase();
  const whole = (filler: string) =>
    digits.padEnd(32, filler).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  return digits.length > 32 ? [] : [[whole('0'), whole('f')]];
}

/** A query for the ids of the first tasks, at most `most` (a parameter). */
function idsOf(search: Search, most: string): string {
  return search.noted === undefined ? idsByTask(search, most) : idsByNote(search, search.noted, most);
}

function idsByNote(search: Search, noted: Noted, most: string): string {
  const { order, status, ids, narrow, correlation, revisions, initiator, tags } = search;
  const others = { ...search, noted: undefined, task: [...search.task, noted.ofTask] };
  if (narrow) return idsByTask(others, most);
  const place = {
    ids,
    order,
    asked: (id: string) => asked({ ...search, task: [...search.task, ...hasStatus(status)] }, id),
  };
  const isAlone = [status, correlation, revisions, initiator, tags].every((each) => each === undefined);
  return noted.ids(place, isAlone ? undefined : idsByTask(others, most), most);
}

function idsByTask(search: Search, most: string): string {
  const { status, narrow, tags } = search;
  if (narrow) return byId(search, most);
  const ways = waysTo(search, most);
  const [only] = ways;
  if (only === undefined) return byStatus(search, most);
  // an index has what is wanted in its order; that on tags has not
  if (ways.length === 1 && status === undefined && tags === undefined) return only.found;
  const isRare = status !== undefined && status !== 'complete';
  if (isRare || tags === only.of) return byTheFirstOfFew(ways, byStatus(search, most));
  return byTheFirstOfFew(ways, ways.length === 1 ? only.found : inCommon(search, most));
}

/** Asking so many tasks one by one costs a few milliseconds. */
const fewTasks = 1000;

/** An index on tasks that knows one of the filters. */
interface Way {
  /** The parameter or query of the filter. */
  readonly of: string;
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
  return `with near as materialized (
            select t.id from (${firstOf(search)}) t ${where([...task, ...belongs])} order by t.id ${order} limit ${most}),
          enough as materialized (select count(*) = ${most} as found from near)
          select n.id from near n where (select found from enough)
           union all
          select c.id from (select f.id from (select t.id from tasker.task t ${all} offset 0) f order by f.id ${order} limit ${most}) c
           where not (select found from enough)`;
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
  const { order, ids, task, status, correlation, initiator, revisions, tags } = search;
  const within = ids('t.id');
  const conditions = [...within, ...task, ...hasStatus(status)];
  const belongs = revisions === undefined ? [] : [`t.revision_id in (${revisions})`];
  const few = `limit ${fewTasks + 1}`;
  const byColumn = (of: string, column: string): Way => {
    const inOrder = `order by t.${column} ${order}, t.id ${order}`;
    const alone = where([`t.${column} >= ${of}`, `t.${column} <= ${of}`, ...within]);
    return {
      of,
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
      of,
      alone: `select 1 from (${latest(within, `${fewTasks + 1}`)}) a ${few}`,
      found: `${latest(conditions, most)} order by f.id ${order} limit ${most}`,
    };
  };
  const byTag = (of: string): Way => {
    // without knowledge of a limit the planner does not hope to find them soon by walking the ids
    const tagged = (asked: readonly string[]) => `select t.id from tasker.task t ${where(asked)} offset 0`;
    return {
      of,
      alone: `select 1 from (${tagged([`t.tags @> ${of}::text[]`, ...within])}) a ${few}`,
      found: `select f.id from (${tagged([...conditions, ...belongs])}) f order by f.id ${order} limit ${most}`,
    };
  };
  return [
    ...(correlation === undefined ? [] : [byColumn(correlation, 'correlation_id')]),
    ...(initiator === undefined ? [] : [byColumn(initiator, 'initiator')]),
    ...(revisions === undefined ? [] : [byRevision(revisions)]),
    ...(tags === undefined ? [] : [byTag(tags)]),
  ];
}

/** Reads what has the status, and asks each of its tasks for the rest. */
function byStatus(search: Search, most: string): string {
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

function byId({ order, ids, task, revisions, status }: Search, most: string): string {
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
function hasStatus(status: TaskState | undefined): string[] {
  if (status === undefined) return [];
  if (status === 'pending' || status === 'in_progress') return [`tasker.state_of(t.id) = '${status}'`];
  return [`(select o.state from tasker.task_outcome o where o.task_id = t.id) = '${status}'`];
}

/** What is asked of the task of an id that another table has; likewise one by one. */
function asked({ task, revisions }: Search, id: string): string {
  const belongs = revisions === undefined ? [] : [`t.revision_id in (${revisions})`];
  if (task.length + belongs.length === 0) return '';
  return `cross join lateral (select 1 from tasker.task t ${where([`t.id = ${id}`, ...task, ...belongs])} limit 1) t`;
}

const where = (conditions: readonly string[]) => (conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`);
