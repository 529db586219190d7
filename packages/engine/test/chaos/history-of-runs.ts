import { expect } from 'vitest';
import type { Database } from '../../src/index.ts';

/** Where handlers of `worker-program.ts` note down that they have begun. */
export async function prepareDiary(db: Database): Promise<void> {
  await db.script('create table public.run (task_id uuid, step text, attempt int, worker text)');
}

export interface Run {
  readonly taskId: string;
  readonly step: string;
  readonly attempt: number;
  readonly worker: string;
}

export async function noteDown(db: Database, runs: readonly Run[]): Promise<void> {
  await db.query(
    {
      text: `insert into public.run (task_id, step, attempt, worker)
             select x."taskId", x.step, x.attempt, x.worker
               from jsonb_to_recordset($1::jsonb) x("taskId" uuid, step text, attempt int, worker text)`,
    },
    [JSON.stringify(runs)],
  );
}

/**
 * Holds what is recorded of finished tasks against what handlers have noted down: every step has one success, attempts
 * are numbered without gaps, no attempt has begun twice, and no step began before its parents had ended.
 */
export async function expectSoundHistory(db: Database, tasks: number, steps: number): Promise<void> {
  const count = async (text: string) =>
    (await db.query<{ n: number }>({ text: `select count(*)::int as n from ${text}` }))[0]?.n;
  expect(await count(`tasker.task_outcome where state = 'complete'`)).toBe(tasks);
  expect(await count(`tasker.attempt where outcome = 'complete'`)).toBe(tasks * steps);
  expect(
    await count(`(select from tasker.attempt where outcome = 'complete' group by task_id, step having count(*) > 1) x`),
  ).toBe(0);
  expect(await count(`(select from tasker.attempt group by task_id, step having max(attempt) <> count(*)) x`)).toBe(0);
  expect(await count(`(select from public.run group by task_id, step, attempt having count(*) > 1) x`)).toBe(0);
  const begun = `exists (select from public.run r where r.task_id = a.task_id and r.step = s.name and r.attempt = a.attempt)`;
  const attempts = `tasker.attempt a join tasker.task t on t.id = a.task_id
                    join tasker.revision_step s on s.revision_id = t.revision_id and s.step = a.step`;
  expect(await count(`${attempts} where a.outcome = 'complete' and not ${begun}`)).toBe(0);
  const early = `${attempts} join tasker.revision_edge e on e.revision_id = t.revision_id and e.child = a.step
                 join tasker.attempt p on p.task_id = a.task_id and p.step = e.parent and p.outcome = 'complete'
                 where a.started_at < p.finished_at`;
  expect(await count(early)).toBe(0);
  for (const table of ['ready', 'lease', 'join_counter'])
    expect([table, await count(`tasker.${table}`)]).toEqual([table, 0]);
}
