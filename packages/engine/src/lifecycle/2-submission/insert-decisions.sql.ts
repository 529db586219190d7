import { plainArray, textArray } from '../../postgres/array-literal.ts';
import type { Queryable, Statement } from '../../postgres/database.ts';
import type { NewTask } from './insert-tasks.sql.ts';

const insertLimits: Statement = {
  name: 'insert_step_limits',
  text: `insert into tasker.step_edit as e (task_id, step, max_attempts, attempt_limit, timeout_ms)
         select x.task, x.step, x.attempts, x.attempts, x.timeout
           from unnest($1::uuid[], $2::int[], $3::smallint[], $4::int[]) x(task, step, attempts, timeout)
         on conflict (task_id, step) do update
           set max_attempts = excluded.max_attempts, attempt_limit = excluded.attempt_limit, timeout_ms = excluded.timeout_ms`,
};

// on conflict: the same task may be written again, when the answer to the first time was lost
const insertAnnotations: Statement = {
  name: 'insert_annotations',
  text: `insert into tasker.annotation (task_id, name, value, annotated_at)
         select x.task, x.name, x.value, tasker.now() from unnest($1::uuid[], $2::text[], $3::jsonb[]) x(task, name, value)
         on conflict (task_id, name) do nothing`,
};

/** Writes what was decided about new tasks, in the transaction in which they are made. */
export async function insertDecisions(tx: Queryable, tasks: readonly NewTask[]): Promise<void> {
  const limits = tasks.flatMap(({ id, edits }) => edits.map((edit) => ({ id, ...edit })));
  if (limits.length > 0) {
    await tx.query(insertLimits, [
      plainArray(limits.map(({ id }) => id)),
      plainArray(limits.map(({ step }) => step)),
      textArray(limits.map(({ maxAttempts }) => textOf(maxAttempts))),
      textArray(limits.map(({ timeoutMs }) => textOf(timeoutMs))),
    ]);
  }
  const annotations = tasks.flatMap(({ id, annotations: own }) => own.map((each) => ({ id, ...each })));
  if (annotations.length > 0) {
    await tx.query(insertAnnotations, [
      plainArray(annotations.map(({ id }) => id)),
      textArray(annotations.map(({ name }) => name)),
      textArray(annotations.map(({ value }) => value)),
    ]);
  }
}

const textOf = (value: number | null) => (value === null ? null : String(value));
