-- Breaking: no. Locks: on action and step_edit, for as long as it takes to add columns that hold nothing yet.
--
-- Two things that a command of an operator must not lose: that the task had ended before it was taken up again, and how
-- many attempts its submission gave a step.

-- Set on the first action of a command that took back, or replaced, how the task had ended.
alter table tasker.action
  add column ended_as tasker.task_state,
  add column ended_at timestamptz;

-- How many attempts the step has, and has again when it is retried by hand; null: as many as the plan says.
alter table tasker.step_edit
  add column attempt_limit smallint check (attempt_limit >= 1);

-- How a task ended, each time: the last end is the one that counts, if the task is not open. nr counts them
-- from 1, nr_of_state those of one state.
create function tasker.task_ends(p_task uuid) returns table (nr int, nr_of_state int, state text, at timestamptz, metadata jsonb)
language sql stable as $$
  select (row_number() over (order by e.nr))::int, (row_number() over (partition by e.state order by e.nr))::int,
         e.state, e.at,
         case when e.state in ('cancelled', 'resolved_manually') then
           coalesce((select jsonb_strip_nulls(jsonb_build_object('actor', c.actor, 'reason', c.reason))
                       from tasker.action c
                      where c.task_id = p_task and c.step is null and c.kind in ('cancel', 'resolve')
                        and (e.nr is null or c.id < e.nr)
                      order by c.id desc limit 1), '{}')
         else '{}' end
    from (select a.id as nr, a.ended_as::text as state, a.ended_at as at
            from tasker.action a where a.task_id = p_task and a.ended_as is not null
          union all
          select null, o.state::text, o.finished_at from tasker.task_outcome o where o.task_id = p_task) e
$$;

create or replace function tasker.task_transitions_of(p_task uuid) returns table (
  sort_key int, most_recent boolean, from_state text, to_state text, created_at timestamptz, metadata jsonb
) language sql stable as $$
  with began as (
    select min(b.at) as at
      from (select min(a.started_at) as at from tasker.attempt a where a.task_id = p_task
            union all
            select min(l.since) from tasker.lease l where p_task = any(l.tasks)
               and not exists (select 1 from tasker.task_outcome o where o.task_id = p_task)) b),
  -- the number of the command orders what happened at one moment: the end that it took back, then what it made of it
  fact(nr, place, state, at, metadata) as (
    select 0::bigint, 0, 'in_progress', b.at, '{}'::jsonb from began b where b.at is not null
    union all
    select e.nr::bigint, 1, e.state, e.at, e.metadata from tasker.task_ends(p_task) e
    union all
    select row_number() over (order by c.id), 2, 'in_progress', c.at,
           jsonb_strip_nulls(jsonb_build_object('actor', c.actor, 'reason', c.reason))
      from tasker.action c where c.task_id = p_task and c.ended_as is not null and c.step is not null),
  ordered as (
    select f.*, row_number() over (order by f.nr, f.place) as rank,
           lag(f.state, 1, 'pending') over (order by f.nr, f.place) as before
      from fact f)
  select (o.rank * 10)::int, o.rank = max(o.rank) over (), o.before, o.state, o.at, o.metadata
    from ordered o order by o.rank
$$;

create or replace function tasker.task_history(p_task uuid) returns table (
  at timestamptz, id text, kind text, step_id uuid, step text, attempt int, worker text, actor text, reason text,
  duration_ms double precision, retry_at timestamptz, result jsonb, error jsonb
) language sql stable as $$
  with task as materialized (select t.id, t.revision_id, t.created_at, t.initiator, t.reason from tasker.task t where t.id = p_task),
  tried as materialized (
    select a.*, w.name as worker_name
      from tasker.attempt a left join tasker.worker w on w.id = a.worker where a.task_id = p_task),
  fact(at, place, nr, id, kind, step, attempt, worker, actor, reason, duration_ms, retry_at, result, error) as (
    select t.created_at, 0, 0::bigint, 'submitted', 'submitted', null::int, null::int, null, t.initiator, t.reason,
           null::double precision, null::timestamptz, null::jsonb, null::jsonb
      from task t
    union all
    select a.started_at, 1, 0, 'attempt.' || a.step || '.' || a.attempt || '.started', 'attempt_started', a.step, a.attempt,
           a.worker_name, null, null, null, null, null, null
      from tried a
    union all
    select s.started_at, 1, 0, 'attempt.' || s.step || '.' || s.attempts + 1 || '.started', 'attempt_started', s.step,
           s.attempts + 1, s.worker, null, null, null, null, null, null
      from tasker.step_states_of(array[p_task], false) s where s.state = 'in_progress'
    union all
    select a.finished_at, 2, 0, 'attempt.' || a.step || '.' || a.attempt || '.' || a.outcome, 'attempt_' || a.outcome,
           a.step, a.attempt, a.worker_name, null, null,
           extract(epoch from a.finished_at - a.started_at)::double precision * 1000, a.retry_at, a.result, a.error
      from tried a
    union all
    select c.at, 3, c.id, 'operator.' || c.id, 'operator_' || c.kind, c.step, null, null, c.actor, c.reason, null, null,
           c.result, null
      from tasker.action c where c.task_id = p_task
    union all
    select e.at, 4, 0, 'outcome.' || e.state || case when e.nr_of_state > 1 then '.' || e.nr_of_state else '' end, 'task_' || e.state,
           null, null, null, null, null, extract(epoch from e.at - t.created_at)::double precision * 1000, null, null, null
      from task t cross join lateral tasker.task_ends(t.id) e)
  select f.at, f.id, f.kind, tasker.step_id(t.id, f.step), s.name, f.attempt, f.worker, f.actor, f.reason,
         f.duration_ms, f.retry_at, f.result, f.error
    from fact f
   cross join task t
    left join tasker.revision_step s on s.revision_id = t.revision_id and s.step = f.step
   order by f.at, f.place, f.nr, f.step, f.attempt
$$;
