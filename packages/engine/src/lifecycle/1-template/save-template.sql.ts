import { finish } from '../../graph/finish.ts';
import { levels } from '../../graph/levels.ts';
import type { Plan } from '../../graph/plan.ts';
import { plainArray, textArray } from '../../postgres/array-literal.ts';
import type { Queryable, Statement } from '../../postgres/database.ts';

const upsertTemplate: Statement = {
  text: `with space as (
           insert into tasker.namespace (name) values ($1) on conflict (name) do update set name = excluded.name returning id)
         insert into tasker.template (namespace_id, name, version) select id, $2, $3 from space
         on conflict (namespace_id, name, version) do update set version = excluded.version
         returning id, namespace_id`,
};

export interface TemplateRow {
  readonly id: number;
  readonly namespace_id: number;
}

/** Finds or makes the template and locks it: revisions of one template are added one after the other. */
export async function lockTemplate(tx: Queryable, plan: Plan): Promise<TemplateRow> {
  const [row] = await tx.query<TemplateRow>(upsertTemplate, [plan.namespace, plan.name, plan.version]);
  if (row === undefined) throw new Error('no template row');
  return row;
}

const upsertQueues: Statement = {
  text: `with wanted as (select distinct h.handler from unnest($2::text[]) h(handler)),
              made as (insert into tasker.queue (namespace_id, handler)
                       select $1, w.handler from wanted w
                        where not exists (select 1 from tasker.queue q where q.namespace_id = $1 and q.handler = w.handler)
                        order by 2
                       on conflict (namespace_id, handler) do update set handler = excluded.handler
                       returning id, handler)
         select id, handler from made
         union all
         select q.id, q.handler from tasker.queue q join wanted w on w.handler = q.handler
          where q.namespace_id = $1 and not exists (select 1 from made m where m.id = q.id)`,
};

/** The queue of each step, by position; queues that are missing are made. */
export async function ensureQueues(tx: Queryable, namespaceId: number, plan: Plan): Promise<number[]> {
  const handlers = plan.steps.map((step) => step.handler.callable);
  const rows = await tx.query<{ id: number; handler: string }>(upsertQueues, [namespaceId, textArray(handlers)]);
  const idByHandler = new Map(rows.map((row) => [row.handler, row.id]));
  return handlers.map((handler) => {
    const id = idByHandler.get(handler);
    if (id === undefined) throw new Error(`no queue for handler ${handler}`);
    return id;
  });
}

const insertRevision: Statement = {
  text: `insert into tasker.revision (template_id, number, derived_from, hash, document, created_at)
         select $1, coalesce((select d.number from tasker.revision d where d.id = $4),
                             (select max(r.number) + 1 from tasker.revision r
                               where r.template_id = $1 and r.derived_from is null), 1),
                $4, $2, $3::jsonb, tasker.now()
         returning id, number`,
};

const insertSteps: Statement = {
  text: `insert into tasker.revision_step (revision_id, step, name, queue_id, max_attempts, retryable, skippable,
                                           dependent_system, level)
         select $1, x.step, x.name, x.queue, x.max_attempts, x.retryable, x.skippable, x.system, x.level
           from unnest($2::int[], $3::text[], $4::int[], $5::smallint[], $6::boolean[], $7::boolean[], $8::text[], $9::int[])
                x(step, name, queue, max_attempts, retryable, skippable, system, level)`,
};

const insertEdges: Statement = {
  text: `insert into tasker.revision_edge (revision_id, parent, child, child_parents)
         select $1, x.parent, x.child, x.parents from unnest($2::int[], $3::int[], $4::int[]) x(parent, child, parents)`,
};

/**
 * Stores a plan, with its graph as rows: as the newest revision of its template, or as the own graph of tasks.
 *
 * @param derivedFrom the revision that an own graph comes from
 */
export async function insertPlan(
  tx: Queryable,
  templateId: number,
  plan: Plan,
  document: string,
  queues: readonly number[],
  derivedFrom: number | null = null,
): Promise<{ id: number; number: number }> {
  const values = [templateId, plan.hash, document, derivedFrom];
  const [revision] = await tx.query<{ id: number; number: number }>(insertRevision, values);
  if (revision === undefined) throw new Error('no revision row');
  await tx.query(insertSteps, [
    revision.id,
    plainArray(plan.steps.map((step) => step.position)),
    textArray(plan.steps.map((step) => step.name)),
    plainArray(queues),
    plainArray(plan.steps.map((step) => step.retry.maxAttempts)),
    plainArray(plan.steps.map((step) => step.retry.retryable)),
    plainArray(plan.steps.map((step) => step.skippable)),
    textArray(plan.steps.map((step) => step.dependentSystem)),
    plainArray(levels(plan)),
  ]);
  const edges = edgesOf(plan);
  await tx.query(insertEdges, [
    revision.id,
    plainArray(edges.map((edge) => edge.parent)),
    plainArray(edges.map((edge) => edge.child)),
    plainArray(edges.map((edge) => edge.childParents)),
  ]);
  return revision;
}

function edgesOf(plan: Plan): { parent: number; child: number; childParents: number }[] {
  return plan.steps.flatMap((step) => {
    if (step.children.length === 0) return [{ parent: step.position, child: finish, childParents: plan.sinks.length }];
    return step.children.map((child) => ({
      parent: step.position,
      child,
      childParents: plan.steps[child]?.parents.length ?? 0,
    }));
  });
}
