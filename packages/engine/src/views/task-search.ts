import type { TaskState } from '@tasker/contract';
import { isUuid, parseStepId } from '../graph/step-id.ts';
import { textArray } from '../postgres/array-literal.ts';
import type { SqlValue } from '../postgres/database.ts';
import type { AnnotationFilter } from './find-annotations.sql.ts';
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

/** What is looked for, as SQL. */
export interface Search {
  readonly order: 'asc' | 'desc';
  readonly status: TaskState | undefined;
  /** Conditions on an id, whatever column it is in. */
  readonly ids: (column: string) => string[];
  /** Conditions on the task `t`: all there are, but for its revision. */
  readonly task: readonly string[];
  /** The same but for its tags, in words that no index knows: for tasks that are found by their tags. */
  readonly besidesTags: readonly string[];
  /** A query for the revisions that tasks may have. */
  readonly revisions: string | undefined;
  /** Parameters that an index on tasks knows. */
  readonly correlation: string | undefined;
  readonly initiator: string | undefined;
  readonly parent: string | undefined;
  readonly tags: string | undefined;
  readonly noted: Noted | undefined;
  /** The conditions leave so few tasks that everything else may be asked of each. */
  readonly narrow: boolean;
}

/** Adds a parameter to the statement and gives its name. */
export type Add = (value: SqlValue) => string;

interface Place {
  readonly cursor: string | undefined;
  readonly order: Search['order'];
  /** When weeks begin in which nothing is to be found, in order. */
  readonly weeksApart: readonly number[];
}

/** What a filter asks for: several searches where one index does not have it all. */
export function searchesOf(filter: TaskFilter, place: Place, add: Add): Search[] {
  const bases = correlated(searchOf(filter, place, add), filter, add);
  const q = filter.q?.trim();
  return q === undefined ? bases : bases.flatMap((base) => alternatives(q, base, add));
}

function searchOf(filter: TaskFilter, { cursor, order, weeksApart }: Place, add: Add): Search {
  const { createdAfter: after, createdBefore: before, status } = filter;
  const cut = cursor === undefined ? undefined : `${add(cursor)}::uuid`;
  const from = after && { at: add(timestamp(after.getTime())), floor: idFloor(after, -clockSkewMs, add) };
  const to = before && { at: add(timestamp(before.getTime())), floor: idFloor(before, clockSkewMs, add) };
  const outside = outsideOf(weeksApart, add);
  const created = [
    ...(from === undefined ? [] : [`t.created_at >= ${from.at}::timestamptz`]),
    ...(to === undefined ? [] : [`t.created_at < ${to.at}::timestamptz`]),
  ];
  const base: Search = {
    order,
    status,
    ids: (id) => [
      ...(cut === undefined ? [] : [`${id} ${order === 'asc' ? '>' : '<'} ${cut}`]),
      ...(from === undefined ? [] : [`${id} >= ${from.floor}`]),
      ...(to === undefined ? [] : [`${id} < ${to.floor}`]),
      ...outside(id),
    ],
    task: created,
    besidesTags: created,
    revisions: hasTemplate(filter) ? 'select v.id from rev v' : undefined,
    correlation: undefined,
    initiator: undefined,
    parent: undefined,
    tags: undefined,
    noted: filter.annotation && notedAs(filter.annotation, add),
    narrow: false,
  };
  const byInitiator = filter.initiator === undefined ? base : withInitiator(base, add(filter.initiator));
  return filter.tag === undefined ? byInitiator : withTag(byInitiator, filter.tag, add);
}

const weekMs = 7 * 86_400_000;

/** A condition on ids that lets the planner leave the partitions of these weeks out. */
function outsideOf(weeks: readonly number[], add: Add): (id: string) => string[] {
  if (weeks.length === 0) return () => [];
  const floor = (ms: number) => `tasker.id_floor(${add(timestamp(ms))}::timestamptz)`;
  const starts = weeks.filter((week, n) => weeks[n - 1] !== week - weekMs).map(floor);
  const ends = weeks.filter((week, n) => weeks[n + 1] !== week + weekMs).map((week) => floor(week + weekMs));
  return (id) => {
    const between = ends.slice(0, -1).map((end, n) => `${id} >= ${end} and ${id} < ${starts[n + 1]}`);
    return [`(${[`${id} < ${starts[0]}`, ...between, `${id} >= ${ends.at(-1)}`].join(' or ')})`];
  };
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
  const isParent = `t.parent_correlation_id = ${parent}`;
  const isAnother = 't.parent_correlation_id is distinct from t.correlation_id';
  return [
    withConditions(withCorrelation(search, parent), isParent),
    { ...withConditions(search, isParent, isAnother), parent },
  ];
}

function withConditions(search: Search, ...conditions: readonly string[]): Search {
  return {
    ...search,
    task: [...search.task, ...conditions],
    besidesTags: [...search.besidesTags, ...conditions],
  };
}

/** Ids are made with the database's time as a process knows it, and so a little off. */
const clockSkewMs = 300_000;

function idFloor(at: Date, skewMs: number, add: Add): string {
  return `tasker.id_floor(${add(timestamp(at.getTime() + skewMs))}::timestamptz)`;
}

/** No task is older than the one or younger than the other, and PostgreSQL reads no years of more than four digits. */
const timestamp = (ms: number) => new Date(Math.min(Math.max(0, ms), Date.UTC(9999, 11, 31))).toISOString();

function withCorrelation(search: Search, correlation: string): Search {
  return { ...withColumn(search, 'correlation_id', correlation), correlation };
}

function withInitiator(search: Search, initiator: string): Search {
  return { ...withColumn(search, 'initiator', initiator), initiator };
}

function withColumn(search: Search, column: string, value: string): Search {
  return {
    ...search,
    // a range, because for an equation the planner may think the index on ids good enough, and read all of history
    task: [...search.task, `t.${column} >= ${value}`, `t.${column} <= ${value}`],
    besidesTags: [...search.besidesTags, `t.${column} is not distinct from ${value}`],
  };
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

export function hasTemplate({ namespace, name, version }: TaskFilter): boolean {
  return namespace !== undefined || name !== undefined || version !== undefined;
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
