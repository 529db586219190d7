import type { SqlValue } from '../postgres/database.ts';
import type { AnnotationFilter } from './find-annotations.sql.ts';

/** Ways to find tasks by an annotation, as SQL. */
export interface Noted {
  /** A condition on the task `t`. */
  readonly ofTask: string;
  /** A query for ids of tasks by nothing but the annotation, at most `most` (a parameter). */
  alone(place: NotedPlace, most: string): string;
  /** The same when there are other filters, too: `otherwise`, unless few tasks have the annotation. */
  fewOr(place: NotedPlace, otherwise: string, most: string): string;
  /** One annotation of the name after the other, as far as it takes, or as many as `within`. */
  walk(place: NotedPlace, most: string, within?: number): string;
}

export interface NotedPlace {
  readonly order: 'asc' | 'desc';
  /** Conditions on an id, whatever column it is in. */
  readonly ids: (column: string) => string[];
  /** Joins what else is asked of the task of an id. */
  readonly asked: (id: string) => string;
}

/** So many annotations of a name are looked at to see whether the value is a usual one. */
const sample = 1000;
/** Among these it is usual when so many have it: then a page is soon found by looking at one after the other. */
const usual = 20;
/** Asking so many tasks one by one costs a few milliseconds. */
const fewTasks = 1000;

/**
 * The index of values finds rare ones, however long history is, but gathers all there are before it shows one; that of
 * names has the order of the page, but passes over every other value.
 */
export function notedAs({ name, key, value }: AnnotationFilter, add: (value: SqlValue) => string): Noted {
  const named = `a.name = ${add(name)}`;
  const under = key === undefined ? undefined : `${add(key)}::text`;
  const wanted = value === undefined ? undefined : add(JSON.stringify(value));
  const within =
    key === undefined || value === undefined ? wanted : add(JSON.stringify(Object.fromEntries([[key, value]])));
  const exactly = exactlyThat(under, wanted);
  const all = (conditions: readonly string[]) => conditions.join(' and ');
  // `@>` is what the index of values knows; it finds too much: an array contains each of its items
  const rarely = ({ ids }: NotedPlace) =>
    `select a.task_id as id from tasker.annotation a
      where ${all([named, ...(within === undefined ? [] : [`a.value @> ${within}::jsonb`]), ...exactly, ...ids('a.task_id')])}`;
  const isUsual = ({ ids, order }: NotedPlace) =>
    `(select count(*) >= ${usual}
        from (select a.value from tasker.annotation a where ${all([named, ...ids('a.task_id')])}
               order by a.task_id ${order} limit ${sample}) a where ${all(exactly)})`;
  // `offset 0`: without knowledge of a limit the planner does not hope to find them soon by walking the names
  const gather = (place: NotedPlace, most: string) =>
    `select f.id from (${rarely(place)} offset 0) f ${place.asked('f.id')} order by f.id ${place.order} limit ${most}`;
  const either = (isRare: string, one: string, other: string) =>
    `with noted as materialized (select ${isRare} as rare)
     select g.id from (${one}) g where (select rare from noted)
      union all
     select g.id from (${other}) g where not (select rare from noted)`;
  const noted: Noted = {
    // a scalar, which no planner can turn into a join with all of history
    ofTask: `(select true from tasker.annotation a where ${all(['a.task_id = t.id', named, ...exactly])})`,
    alone(place, most) {
      if (wanted === undefined) return noted.walk(place, most);
      return either(`not ${isUsual(place)}`, gather(place, most), noted.walk(place, most));
    },
    fewOr(place, otherwise, most) {
      const isFew = `(select count(*) <= ${fewTasks} from (select 1 from (${rarely(place)} offset 0) s limit ${fewTasks + 1}) c)`;
      const isRare = wanted === undefined ? isFew : `case when ${isUsual(place)} then false else ${isFew} end`;
      return either(isRare, gather(place, most), otherwise);
    },
    walk({ ids, order, asked }, most, limit) {
      const inOrder = `order by a.task_id ${order}`;
      const walked = `select a.task_id, a.value from tasker.annotation a where ${all([named, ...ids('a.task_id')])} ${inOrder}`;
      const source = limit === undefined ? 'tasker.annotation' : `(${walked} limit ${limit})`;
      const conditions = limit === undefined ? [named, ...exactly, ...ids('a.task_id')] : exactly;
      return `select a.task_id as id from ${source} a ${asked('a.task_id')}
               ${conditions.length === 0 ? '' : `where ${all(conditions)}`} ${inOrder} limit ${most}`;
    },
  };
  return noted;
}

/** Conditions on the value of `a` that no index knows. */
function exactlyThat(key: string | undefined, value: string | undefined): string[] {
  if (value !== undefined) return [`${key === undefined ? 'a.value' : `a.value -> ${key}`} = ${value}::jsonb`];
  return key === undefined ? [] : [`a.value ? ${key}`];
}
