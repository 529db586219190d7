import type { SqlValue } from '../postgres/database.ts';
import type { AnnotationFilter } from './find-annotations.sql.ts';

/** Ways to find tasks by an annotation, as SQL. */
export interface Noted {
  /** A condition on the task `t`. */
  readonly ofTask: string;
  /**
   * A query for ids of tasks.
   *
   * @param others finds them by other filters that there are, and asks each for the annotation
   * @param most how many (a parameter)
   */
  ids(place: NotedPlace, others: string | undefined, most: string): string;
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
  // `@>` is what the index knows; it finds too much (an array contains each of its items), hence the equation
  const matches =
    wanted === undefined
      ? under === undefined
        ? []
        : [`a.value ? ${under}`]
      : [
          `a.value @> ${within}::jsonb`,
          `${under === undefined ? 'a.value' : `a.value -> ${under}`} = ${wanted}::jsonb`,
        ];
  const all = (conditions: readonly string[]) => conditions.join(' and ');
  return {
    // a scalar, which no planner can turn into a join with all of history
    ofTask: `(select true from tasker.annotation a where ${all(['a.task_id = t.id', named, ...matches])})`,
    ids({ ids, order, asked }, others, most) {
      const range = ids('a.task_id');
      const found = `select a.task_id as id from tasker.annotation a where ${all([named, ...matches, ...range])}`;
      const walk = `${found} order by a.task_id ${order} limit ${most}`;
      if (wanted === undefined && others === undefined) return walk;
      // `offset 0`: without knowledge of a limit the planner does not hope to find them soon by walking the names
      const gather = `select f.id from (${found} offset 0) f ${asked('f.id')} order by f.id ${order} limit ${most}`;
      const isUsual = `(select count(*) >= ${usual}
          from (select a.value from tasker.annotation a where ${all([named, ...range])}
                 order by a.task_id ${order} limit ${sample}) a where ${all(matches)})`;
      const isFew = `(select count(*) <= ${fewTasks} from (select 1 from (${found} offset 0) s limit ${fewTasks + 1}) c)`;
      const few = others === undefined ? 'true' : isFew;
      return `with noted as materialized (
                select ${wanted === undefined ? few : `case when ${isUsual} then false else ${few} end`} as few)
              select g.id from (${gather}) g where (select few from noted)
               union all
              select g.id from (${others ?? walk}) g where not (select few from noted)`;
    },
  };
}
