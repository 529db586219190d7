import { textArray } from '../../postgres/array-literal.ts';
import type { Queryable, Statement } from '../../postgres/database.ts';
import type { StepOutcome } from './step-outcome.ts';

// In one order, because others may write notes of the same tasks. Of one name twice the last counts.
const statement: Statement = {
  name: 'write_annotations',
  text: `insert into tasker.annotation (task_id, name, value, annotated_at)
         select distinct on (x.task, x.name) x.task, x.name, x.value, tasker.now()
           from unnest($1::uuid[], $2::text[], $3::jsonb[]) with ordinality x(task, name, value, nr)
          order by x.task, x.name, x.nr desc
         on conflict (task_id, name) do update set value = excluded.value, annotated_at = excluded.annotated_at`,
};

/** Writes what handlers noted about their tasks, in the transaction that records their steps. */
export async function writeAnnotations(tx: Queryable, outcomes: readonly StepOutcome[]): Promise<void> {
  const notes = outcomes.flatMap((outcome) =>
    outcome.kind === 'complete' && outcome.annotations !== null
      ? [...outcome.annotations].map(([name, value]) => ({ task: outcome.taskId, name, value }))
      : [],
  );
  if (notes.length === 0) return;
  await tx.query(statement, [
    textArray(notes.map(({ task }) => task)),
    textArray(notes.map(({ name }) => name)),
    textArray(notes.map(({ value }) => value)),
  ]);
}
