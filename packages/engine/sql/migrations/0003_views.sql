-- Breaking: no. Locks: on action, attempt and revision_edge against writing while an index is built; all are empty when
-- this is applied together with 0001.
--
-- How plan, history and frontier look as tasks and steps with states. tasker.step_states_of is the one place where the
-- state of a step is derived; readiness, execution contexts, explain and the views are projections of it. Nothing here
-- is written by the engine, and nothing here is asked on the hot path.

-- The parents of a step.
create index revision_edge_child on tasker.revision_edge (revision_id, child, parent);
-- The last word of an operator on a step.
create index action_step on tasker.action (task_id, step, id) where step is not null;
-- Steps that failed for good; few, also in a long history.
create index attempt_failed on tasker.attempt (task_id, step) where outcome = 'error' and retry_at is null;

-- Ids of steps are those of their tasks as version 8, with the position in the last twenty bits (graph/step-id.ts).
create function tasker.step_id(p_task uuid, p_step int) returns uuid language sql immutable parallel safe as $$
  select (left(p_task::text, 14) || '8' || substr(p_task::text, 16, 16) || lpad(to_hex(p_step), 5, '0'))::uuid
$$;

-- -------------------------------------------------------------------------------------------------- step states

create type tasker.step_info as (
  task_id uuid,
  step int,
  step_id uuid,
  name text,
  -- pending, in_progress, complete, error, cancelled, resolved_manually, skipped
  state text,
  namespace text,
  handler text,
  queue int,
  dependent_system text,
  level int,
  retryable boolean,
  skippable boolean,
  -- finished ones; one under way is not counted
  attempts int,
  max_attempts int,
  -- it waits for a worker: now, or from next_attempt_at on
  waits boolean,
  ready boolean,
  -- it is in a worker's hands, to be run or passed over
  held boolean,
  -- when its turn comes at the earliest; set while it waits
  due_at timestamptz,
  -- when a step in error is tried again; null: never
  next_attempt_at timestamptz,
  -- in error, and no attempt will follow
  failed_for_good boolean,
  -- its children may run
  passed boolean,
  -- as of a breaker: closed (no trouble), open (in backoff, or failed for good), half_open (one attempt may tell)
  circuit text,
  started_at timestamptz,
  finished_at timestamptz,
  -- of the last finished attempt
  duration_ms double precision,
  last_attempted_at timestamptz,
  last_failed_at timestamptz,
  -- how long the last failure makes it wait
  backoff_ms double precision,
  worker_id int,
  worker text,
  -- who settled it, when that was an operator
  actor text,
  reason text,
  result jsonb,
  metadata jsonb,
  error jsonb,
  inputs jsonb,
  parents int[],
  children int[],
  passed_parents int
);

-- One row per step of each task, ordered by task and step.
--
-- What settles a step, first match: the last action of an operator, unless a retry came after it; a successful attempt;
-- an edit that says to skip it. Otherwise it is where the frontier has it, and otherwise what its last attempt was. A
-- step in nobody's hands that has no attempt is pending, or cancelled when its task is.
--
-- Everything is looked up by index, step by step (limit 1 and offset 0 see to that): the cost is that of the steps
-- asked for, however long the history and whatever the planner knows about it. Leases alone are scanned; they are as many as there are workers.
--
-- p_data false leaves out result, metadata, error and inputs, which may be large.
create function tasker.step_states_of(p_tasks uuid[], p_data boolean default true)
returns setof tasker.step_info language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_mergejoin = off
set jit = off
as $$
begin
  return query
  with recursive clock as materialized (select tasker.now() as now),
  task as materialized (
    select k.id, k.revision_id, o.state::text as outcome, o.finished_at
      from (select distinct x.id from unnest(p_tasks) x(id)) x
     cross join lateral (select k.id, k.revision_id from tasker.task k where k.id = x.id limit 1) k
      left join lateral (
        select o.state, o.finished_at from tasker.task_outcome o where o.task_id = x.id limit 1) o on true),
  -- a step that was handed back or tried again may stand in an older lease, too
  held as materialized (
    select distinct on (u.task_id, u.step) u.task_id, u.step, u.attempt, l.worker, l.since
      from tasker.lease l
     cross join lateral unnest(l.tasks, l.steps, l.attempts) u(task_id, step, attempt)
     where u.task_id in (select k.id from task k)
     order by u.task_id, u.step, u.attempt desc, l.since desc),
  found as materialized (
    select k.id as task_id, k.revision_id, k.outcome, k.finished_at as task_finished_at,
           s.step, s.name, s.queue_id, s.dependent_system, s.level, s.retryable, s.skippable,
           coalesce(e.max_attempts, s.max_attempts)::int as max_attempts, e.inputs,
           a.attempt, a.outcome as attempt_outcome, a.started_at, a.finished_at, a.retry_at, a.worker,
           a.result, a.metadata, a.error,
           c.kind, c.actor, c.reason, c.result as given_result, c.at as acted_at,
           r.due_at, h.step is not null and r.step is null and k.outcome is null as held, h.worker as holder, h.since,
           coalesce(p.parents, '{}') as parents, coalesce(d.children, '{}') as children,
           case
             when c.kind = 'resolve' then 'resolved_manually'
             when c.kind = 'cancel' then 'cancelled'
             when a.outcome = 'complete' then 'complete'
             when c.kind = 'skip' or e.skip then 'skipped'
             when h.step is not null and r.step is null and k.outcome is null then 'in_progress'
             when a.step is null or (c.kind = 'retry' and c.attempts >= a.attempt) then
               case when k.outcome = 'cancelled' then 'cancelled' else 'pending' end
             when a.outcome = 'cancelled' or (k.outcome = 'cancelled' and a.retry_at is not null) then 'cancelled'
             else 'error'
           end as state
      from task k
     cross join lateral (select s.* from tasker.revision_step s where s.revision_id = k.revision_id offset 0) s
      left join lateral (
        select a.step, a.attempt, a.outcome, a.started_at, a.finished_at, a.retry_at, a.worker,
               case when p_data then a.result end as result, case when p_data then a.metadata end as metadata,
               case when p_data then a.error end as error
          from tasker.attempt a where a.task_id = k.id and a.step = s.step order by a.attempt desc limit 1) a on true
      left join lateral (
        select c.kind, c.attempts, c.actor, c.reason, c.at, case when p_data then c.result end as result
          from tasker.action c where c.task_id = k.id and c.step = s.step and c.kind <> 'edit'
         order by c.id desc limit 1) c on true
      left join lateral (
        select r.step, r.due_at from tasker.ready r where r.task_id = k.id and r.step = s.step limit 1) r on true
      left join lateral (
        select e.max_attempts, e.skip, case when p_data then e.inputs end as inputs
          from tasker.step_edit e where e.task_id = k.id and e.step = s.step limit 1) e on true
      left join held h on h.task_id = k.id and h.step = s.step and h.attempt > coalesce(a.attempt, 0)
      left join lateral (
        select array_agg(g.parent order by g.parent) as parents
          from tasker.revision_edge g where g.revision_id = k.revision_id and g.child = s.step) p on true
      left join lateral (
        select array_agg(g.child order by g.child) as children
          from tasker.revision_edge g
         where g.revision_id = k.revision_id and g.parent = s.step and g.child >= 0) d on true),
  -- positions are dense: the state of a parent is found by its number
  beside as materialized (
    select f.*, array_agg(f.state in ('complete', 'resolved_manually', 'skipped')) over whole as settle,
           array_agg(f.state = 'skipped') over whole as skips,
           bool_or(f.state in ('resolved_manually', 'skipped')) over whole as has_passed_over
      from found f
    window whole as (partition by f.task_id order by f.step rows between unbounded preceding and unbounded following)),
  -- A step that was resolved or is to be skipped takes effect when everything before it is over. That leaves no trace of
  -- its own: it is so when neither the step nor anything above it is open.
  not_over(task_id, revision_id, step) as (
    select b.task_id, b.revision_id, b.step from beside b
     where b.has_passed_over and (b.due_at is not null or b.held)
    union
    select n.task_id, n.revision_id, e.child
      from not_over n
      join tasker.revision_edge e on e.revision_id = n.revision_id and e.parent = n.step and e.child >= 0),
  -- and a step to be skipped is of no use below one that failed or was cancelled
  in_vain(task_id, revision_id, step, skips) as (
    select b.task_id, b.revision_id, b.step, b.skips from beside b
     where b.state = 'skipped' and exists (select 1 from unnest(b.parents) p(step) where not b.settle[p.step + 1])
    union
    select n.task_id, n.revision_id, e.child, n.skips
      from in_vain n
      join tasker.revision_edge e on e.revision_id = n.revision_id and e.parent = n.step and e.child >= 0
     where n.skips[e.child + 1]),
  settled as materialized (
    select b.*, case b.state
             when 'complete' then true
             when 'resolved_manually' then (b.task_id, b.step) not in (select n.task_id, n.step from not_over n)
             when 'skipped' then (b.task_id, b.step) not in (select n.task_id, n.step from not_over n)
                             and (b.task_id, b.step) not in (select n.task_id, n.step from in_vain n)
             else false
           end as passed
      from beside b),
  known as (
    select s.*, array_agg(s.passed) over (partition by s.task_id order by s.step
                                          rows between unbounded preceding and unbounded following) as passes
      from settled s)
  select k.task_id, k.step, tasker.step_id(k.task_id, k.step), k.name, k.state, n.name, q.handler, k.queue_id,
         k.dependent_system, k.level, k.retryable, k.skippable, coalesce(k.attempt, 0)::int, k.max_attempts,
         k.due_at is not null, coalesce(k.due_at <= clock.now, false), k.held, k.due_at,
         case when k.state = 'error' then k.due_at end,
         k.state = 'error' and k.due_at is null,
         k.passed,
         case when k.state = 'error' and coalesce(k.due_at > clock.now, true) then 'open'
              when k.attempt_outcome = 'error' and k.state in ('error', 'pending', 'in_progress') then 'half_open'
              else 'closed' end,
         case k.state when 'in_progress' then k.since when 'pending' then null else k.started_at end,
         case when k.state in ('in_progress', 'pending') then null
              when k.kind in ('resolve', 'cancel', 'skip') then k.acted_at
              when k.state = 'cancelled' and k.attempt_outcome is distinct from 'cancelled' then k.task_finished_at
              else k.finished_at end,
         extract(epoch from k.finished_at - k.started_at)::double precision * 1000,
         case when k.state = 'in_progress' then k.since else k.started_at end,
         case when k.attempt_outcome = 'error' then k.finished_at end,
         extract(epoch from k.retry_at - k.finished_at)::double precision * 1000,
         w.id, w.name,
         case when k.kind in ('resolve', 'cancel', 'skip') then k.actor end,
         case when k.kind in ('resolve', 'cancel', 'skip') then k.reason end,
         case when k.state = 'resolved_manually' then k.given_result else k.result end, k.metadata, k.error, k.inputs,
         k.parents, k.children,
         (select count(*)::int from unnest(k.parents) p(step) where k.passes[p.step + 1])
    from known k
   cross join clock
    join tasker.queue q on q.id = k.queue_id
    join tasker.namespace n on n.id = q.namespace_id
    left join tasker.worker w on w.id = case when k.held then k.holder else k.worker end
   order by k.task_id, k.step;
end
$$;

-- The steps of one task.
create function tasker.step_states(p_task uuid) returns setof tasker.step_info language sql stable as $$
  select * from tasker.step_states_of(array[p_task])
$$;

-- The readiness of steps, ordered by task and step; p_steps narrows it to some of them.
create function tasker.step_readiness_of(p_tasks uuid[], p_steps uuid[] default null) returns table (
  workflow_step_id uuid,
  task_id uuid,
  -- the step's place in its template
  named_step_id int,
  name text,
  current_state text,
  dependencies_satisfied boolean,
  -- another attempt may follow
  retry_eligible boolean,
  ready_for_execution boolean,
  last_failure_at timestamptz,
  -- the one moment from which on a failed step is ready
  next_retry_at timestamptz,
  total_parents int,
  completed_parents int,
  attempts int,
  retry_limit int,
  -- how long the last failure makes the step wait
  backoff_request_seconds double precision,
  last_attempted_at timestamptz
) language sql stable as $$
  select s.step_id, s.task_id, s.step, s.name, s.state,
         s.passed_parents = cardinality(s.parents),
         s.attempts < s.max_attempts and not s.failed_for_good,
         s.ready and s.state in ('pending', 'error'),
         s.last_failed_at,
         case when s.attempts > 0 then s.due_at end,
         cardinality(s.parents), s.passed_parents, s.attempts, s.max_attempts,
         s.backoff_ms / 1000, s.last_attempted_at
    from tasker.step_states_of(p_tasks, false) s
   where p_steps is null or s.step_id = any(p_steps)
   order by s.task_id, s.step
$$;

create function tasker.step_readiness(p_task uuid, p_steps uuid[] default null) returns table (
  workflow_step_id uuid, task_id uuid, named_step_id int, name text, current_state text, dependencies_satisfied boolean,
  retry_eligible boolean, ready_for_execution boolean, last_failure_at timestamptz, next_retry_at timestamptz,
  total_parents int, completed_parents int, attempts int, retry_limit int, backoff_request_seconds double precision,
  last_attempted_at timestamptz
) language sql stable as $$
  select * from tasker.step_readiness_of(array[p_task], p_steps)
$$;

-- The depth of each step of a task: 0 without parents, otherwise one more than its deepest parent.
create function tasker.dependency_levels(p_task uuid) returns table (workflow_step_id uuid, dependency_level int)
language sql stable as $$
  select tasker.step_id(t.id, s.step), s.level
    from tasker.task t join tasker.revision_step s on s.revision_id = t.revision_id
   where t.id = p_task
   order by s.level, s.step
$$;

-- ------------------------------------------------------------------------------------------------------- tasks

-- The state of a task; null when there is no such task. Asks no more than it must, with plans that are kept.
create function tasker.state_of(p_task uuid) returns text language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
declare
  v_state text;
begin
  select o.state::text into v_state from tasker.task_outcome o where o.task_id = p_task;
  if found then
    return v_state;
  end if;
  perform 1 from tasker.attempt a where a.task_id = p_task limit 1;
  if found then
    return 'in_progress';
  end if;
  perform 1 from tasker.lease l where p_task = any(l.tasks) limit 1;
  if found then
    return 'in_progress';
  end if;
  perform 1 from tasker.task t where t.id = p_task;
  return case when found then 'pending' end;
end
$$;

-- How tasks stand, ordered by id; tasks that do not exist have no row.
--
-- Permanently blocked is a step in error that gets no further attempt, for whatever reason. A task whose end operators
-- decided is finished: its open ends are nobody's work.
create function tasker.execution_contexts_of(p_tasks uuid[]) returns table (
  task_id uuid,
  named_task_id int,
  status text,
  total_steps int,
  pending_steps int,
  in_progress_steps int,
  -- settled: complete, resolved_manually or skipped
  completed_steps int,
  failed_steps int,
  ready_steps int,
  execution_status text,
  recommended_action text,
  completion_percentage double precision,
  health_status text,
  cancelled_steps int,
  -- in error, waiting for the next attempt
  backoff_steps int,
  -- in error for good
  blocked_steps int
) language sql stable as $$
  with counted as (
    select s.task_id,
           count(*)::int as total,
           count(*) filter (where s.state = 'pending')::int as pending,
           count(*) filter (where s.state = 'in_progress')::int as in_progress,
           count(*) filter (where s.state in ('complete', 'resolved_manually', 'skipped'))::int as completed,
           count(*) filter (where s.state = 'error')::int as failed,
           count(*) filter (where s.ready and s.state in ('pending', 'error'))::int as ready,
           count(*) filter (where s.state = 'cancelled')::int as cancelled,
           count(*) filter (where s.state = 'error' and s.waits and not s.ready)::int as backoff,
           count(*) filter (where s.failed_for_good)::int as blocked
      from tasker.step_states_of(p_tasks, false) s
     group by s.task_id),
  task as (
    select t.id, r.template_id, tasker.state_of(t.id) as state,
           coalesce(c.total, 0) as total, coalesce(c.pending, 0) as pending, coalesce(c.in_progress, 0) as in_progress,
           coalesce(c.completed, 0) as completed, coalesce(c.failed, 0) as failed, coalesce(c.ready, 0) as ready,
           coalesce(c.cancelled, 0) as cancelled, coalesce(c.backoff, 0) as backoff, coalesce(c.blocked, 0) as blocked
      from (select distinct x.id from unnest(p_tasks) x(id)) x
     cross join lateral (select t.id, t.revision_id from tasker.task t where t.id = x.id) t
      join tasker.revision r on r.id = t.revision_id
      left join counted c on c.task_id = t.id),
  stand as (
    select t.*, case
             when t.state in ('cancelled', 'resolved_manually') then 'finished'
             when t.ready > 0 then 'has_ready_steps'
             when t.in_progress > 0 then 'processing'
             when t.blocked > 0 or t.state = 'error' then 'blocked_by_failures'
             when t.completed = t.total then 'all_complete'
             else 'waiting_for_dependencies'
           end as execution_status
      from task t)
  select s.id, s.template_id, s.state, s.total, s.pending, s.in_progress, s.completed, s.failed, s.ready,
         s.execution_status,
         case s.execution_status
           when 'finished' then 'none'
           when 'has_ready_steps' then 'execute_ready_steps'
           when 'processing' then 'wait_for_completion'
           when 'blocked_by_failures' then 'handle_failures'
           when 'all_complete' then 'finalize_task'
           else 'wait_for_dependencies'
         end,
         case when s.total = 0 then 0 else round(100.0 * s.completed / s.total, 2) end::double precision,
         case
           when s.execution_status = 'finished' or (s.failed = 0 and s.state <> 'error') then 'healthy'
           when s.ready > 0 then 'recovering'
           when s.blocked > 0 or s.state = 'error' then 'blocked'
           else 'recovering'
         end,
         s.cancelled, s.backoff, s.blocked
    from stand s
   order by s.id
$$;

create function tasker.execution_context(p_task uuid) returns table (
  task_id uuid, named_task_id int, status text, total_steps int, pending_steps int, in_progress_steps int,
  completed_steps int, failed_steps int, ready_steps int, execution_status text, recommended_action text,
  completion_percentage double precision, health_status text, cancelled_steps int, backoff_steps int, blocked_steps int
) language sql stable as $$
  select * from tasker.execution_contexts_of(array[p_task])
$$;

-- ---------------------------------------------------------------------------------------- tables that people know

create view tasker.tasks as
select t.id as task_id, n.name as namespace, m.name, m.version, n.name || '.' || m.name || '@' || m.version as full_name,
       r.number as revision, tasker.state_of(t.id) as status, coalesce(o.state = 'complete', false) as complete,
       t.priority, t.context, t.initiator, t.source_system, t.reason, coalesce(t.tags, '{}') as tags,
       t.correlation_id, t.parent_correlation_id, t.idempotency_key,
       t.created_at as requested_at, t.created_at, o.finished_at
  from tasker.task t
  join tasker.revision r on r.id = t.revision_id
  join tasker.template m on m.id = r.template_id
  join tasker.namespace n on n.id = m.namespace_id
  left join tasker.task_outcome o on o.task_id = t.id;

create view tasker.workflow_steps as
select s.step_id as workflow_step_id, t.id as task_id, s.step as named_step_id, s.name, s.state as status,
       s.attempts, s.max_attempts as retry_limit, s.retryable, s.skippable,
       s.state = 'in_progress' as in_process, s.state in ('complete', 'resolved_manually', 'skipped') as processed,
       case when s.state in ('complete', 'resolved_manually', 'skipped') then s.finished_at end as processed_at,
       s.last_attempted_at, s.backoff_ms / 1000 as backoff_request_seconds, s.next_attempt_at, s.started_at, s.finished_at,
       s.duration_ms, s.worker, s.inputs, s.result as results, s.error, s.namespace, s.handler, s.dependent_system,
       s.level as dependency_level,
       array(select tasker.step_id(t.id, p.step) from unnest(s.parents) p(step)) as parent_step_ids,
       array(select tasker.step_id(t.id, c.step) from unnest(s.children) c(step)) as child_step_ids
  from tasker.task t
 cross join lateral tasker.step_states(t.id) s;

create view tasker.workflow_step_edges as
select t.id as task_id, tasker.step_id(t.id, e.parent) as from_step_id, tasker.step_id(t.id, e.child) as to_step_id,
       p.name as from_name, c.name as to_name, 'provides' as name
  from tasker.task t
  join tasker.revision_edge e on e.revision_id = t.revision_id and e.child >= 0
  join tasker.revision_step p on p.revision_id = t.revision_id and p.step = e.parent
  join tasker.revision_step c on c.revision_id = t.revision_id and c.step = e.child;

-- Every change of state that history tells of, per step; the state before the first is pending, and the last is the
-- state of now. A step that a worker handed back unrun has left no trace.
create function tasker.step_transitions_of(p_task uuid) returns table (
  workflow_step_id uuid, name text, sort_key int, most_recent boolean, from_state text, to_state text,
  created_at timestamptz, metadata jsonb
) language sql stable as $$
  with fact(step, at, place, nr, state, metadata) as (
    select a.step, a.started_at, a.attempt * 10, 0::bigint, 'in_progress',
           jsonb_build_object('attempt', a.attempt, 'worker', w.name)
      from tasker.attempt a left join tasker.worker w on w.id = a.worker where a.task_id = p_task
    union all
    select a.step, a.finished_at, a.attempt * 10 + 5, 0, a.outcome::text,
           jsonb_strip_nulls(jsonb_build_object('attempt', a.attempt, 'worker', w.name, 'error', a.error ->> 'message',
                                                'error_code', a.error ->> 'code', 'retry_at', a.retry_at))
      from tasker.attempt a left join tasker.worker w on w.id = a.worker where a.task_id = p_task
    union all
    select c.step, c.at, c.attempts * 10 + 7, c.id,
           case c.kind when 'cancel' then 'cancelled' when 'resolve' then 'resolved_manually'
                       when 'skip' then 'skipped' else 'pending' end,
           jsonb_strip_nulls(jsonb_build_object('actor', c.actor, 'reason', c.reason))
      from tasker.action c where c.task_id = p_task and c.step is not null and c.kind <> 'edit'
    union all
    -- what history does not tell: attempts under way, steps bypassed at submission, steps of a cancelled task
    select s.step, coalesce(s.finished_at, s.started_at, t.created_at), 1000000, 0, s.state,
           case when s.state = 'in_progress' then jsonb_build_object('attempt', s.attempts + 1, 'worker', s.worker)
                else '{}' end
      from tasker.step_states_of(array[p_task], false) s join tasker.task t on t.id = p_task
     where s.state in ('in_progress', 'skipped', 'cancelled')),
  ordered as (
    select f.*, lag(f.state, 1, 'pending') over (partition by f.step order by f.at, f.place, f.nr) as before from fact f),
  change as (
    select o.*, row_number() over up as rank, row_number() over down as rank_from_end
      from ordered o where o.state <> o.before
    window up as (partition by o.step order by o.at, o.place, o.nr), down as (partition by o.step order by o.at desc, o.place desc, o.nr desc))
  select tasker.step_id(p_task, c.step), s.name, (c.rank * 10)::int, c.rank_from_end = 1, c.before, c.state, c.at, c.metadata
    from change c
    join tasker.task t on t.id = p_task
    join tasker.revision_step s on s.revision_id = t.revision_id and s.step = c.step
   order by c.at, c.step, c.place, c.nr
$$;

create view tasker.step_transitions as
select t.id as task_id, x.* from tasker.task t cross join lateral tasker.step_transitions_of(t.id) x;

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

create function tasker.task_transitions_of(p_task uuid) returns table (
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

create view tasker.task_transitions as
select t.id as task_id, x.* from tasker.task t cross join lateral tasker.task_transitions_of(t.id) x;

-- Everything that is known to have happened to a task, in order. Ids are stable: the same fact has the same id whenever
-- it is asked for. Kinds: submitted · attempt_started, attempt_complete, attempt_error, attempt_cancelled · operator_cancel,
-- operator_retry, operator_resolve, operator_skip, operator_edit · task_complete, task_error, task_cancelled,
-- task_resolved_manually.
create function tasker.task_history(p_task uuid) returns table (
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

-- ----------------------------------------------------------------------------------------------------- explain

create function tasker.utc(p_at timestamptz) returns text language sql immutable as $$
  select to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;

-- What a failed attempt said, short enough for a sentence.
create function tasker.error_phrase(p_error jsonb) returns text language sql immutable as $$
  -- Node.js begins the messages of its system errors with their codes.
  select coalesce(nullif(concat_ws(': ',
           case when starts_with(p_error ->> 'message', (p_error ->> 'code') || ': ') then null else p_error ->> 'code' end,
           rtrim(left(p_error ->> 'message', 200), '.')), ''), 'no error was recorded')
$$;

-- Why a task, or a step of it, is not running: every reason, what to do about it, and when it ends by itself if that is
-- known. p_id is the id of a task or of a step; p_step is the name or id of a step of that task. A step that is asked
-- for by name gets an answer in any state; for a task, what is settled is left out. Never empty for something that
-- exists and is not over; no rows: there is no such task or step.
--
-- Kinds, of a task: task_complete, task_error, task_cancelled, task_resolved, stuck;
-- of a step: lease_held (a worker has it) · backoff, not_due (it waits for a time) · queued, no_worker (it waits for a
-- worker) · unmet_parent · blocked_by_failure, blocked_by_cancelled · failed · cancelled · to_be_skipped · task_over ·
-- complete, resolved, skipped · stuck.
create function tasker.explain(p_id uuid, p_step text default null) returns table (
  step_id uuid, step text, kind text, reason text, remedy text, until timestamptz, detail jsonb
) language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_task uuid := p_id;
  v_only int;
  v_open boolean;
  v_outcome text;
  v_ended_at timestamptz;
  v_steps tasker.step_info[];
  -- by position, one more: whether it has still to wait for what is above
  v_waits boolean[];
  v_now timestamptz := tasker.now();
begin
  if substr(p_id::text, 15, 1) = '8' then
    v_task := (left(p_id::text, 14) || '7' || substr(p_id::text, 16, 16) || '00000')::uuid;
    v_only := ('x' || right(p_id::text, 5))::bit(20)::int;
  end if;
  v_outcome := tasker.state_of(v_task);
  if v_outcome is null then
    return;
  end if;
  select o.finished_at into v_ended_at from tasker.task_outcome o where o.task_id = v_task;
  v_open := v_ended_at is null;
  v_steps := array(select s from tasker.step_states_of(array[v_task], false) s order by s.step);
  v_waits := array(select s.state in ('pending', 'resolved_manually', 'skipped') and not s.passed from unnest(v_steps) s order by s.step);
  if p_step is not null then
    v_only := null;
    select s.step into v_only from unnest(v_steps) s where s.name = p_step or s.step_id::text = lower(p_step) limit 1;
    if v_only is null then
      return;
    end if;
  end if;

  return query
  with recursive s as materialized (select * from unnest(v_steps)),
  told as materialized (select s.* from s where case when v_only is null then not s.passed else s.step = v_only end),
  failure as materialized (
    select s.step, s.name, s.attempts, s.max_attempts, a.error, a.finished_at,
           case when s.attempts >= s.max_attempts then 'exhausted'
                when not s.retryable then 'not_retryable' else 'permanent' end as why
      from s
      left join lateral (select a.error, a.finished_at from tasker.attempt a
                          where a.task_id = v_task and a.step = s.step order by a.attempt desc limit 1) a on true
     where s.failed_for_good),
  blocker as materialized (
    select s.step, s.name, s.state, s.children from s where s.failed_for_good or s.state = 'cancelled'),
  below(step, blocker) as (
    select c.step, b.step from blocker b cross join unnest(b.children) c(step) where v_waits[c.step + 1]
    union
    select e.child, b.blocker
      from below b
      join tasker.task t on t.id = v_task
      join tasker.revision_edge e on e.revision_id = t.revision_id and e.parent = b.step and e.child >= 0
     where v_waits[e.child + 1]),
  last_action as materialized (
    select c.kind, c.actor, c.reason, c.at from tasker.action c
     where c.task_id = v_task and c.step is null and c.kind <> 'edit' order by c.id desc limit 1),
  server as materialized (
    select q.queue, q.namespace, q.handler,
           count(*) filter (where w.live) as live,
           count(*) filter (where w.live and w.in_scope) as in_scope,
           count(*) filter (where w.live and w.serves) as serving,
           coalesce(sum(w.concurrency) filter (where w.live and w.serves), 0) as capacity,
           jsonb_agg(w.name order by w.id) filter (where w.serves and not w.live) as silent
      from (select distinct d.queue, d.namespace, d.handler from told d where d.ready) q
      left join lateral (
        select w.id, w.name, w.concurrency, q.queue = any(w.queues) as serves,
               cardinality(w.namespaces) = 0 or q.namespace = any(w.namespaces) as in_scope,
               w.state = 'running' and w.heartbeat_at + w.lease_ms * interval '1 ms' >= v_now as live
          from tasker.worker w where w.state in ('running', 'stopping')) w on true
     group by q.queue, q.namespace, q.handler),
  said(step, nr, kind, reason, remedy, until, detail) as (
    -- the task
    select null::int, 0, 'task_complete', format('The task was completed at %s.', tasker.utc(v_ended_at)),
           'Nothing is left to do.', null::timestamptz, jsonb_build_object('finished_at', v_ended_at)
     where v_outcome = 'complete' and v_only is null
    union all
    select null, 0, 'task_error',
           format('The task ended in error at %s: %s.', tasker.utc(v_ended_at), coalesce(
             (select string_agg(format('step %s failed (%s)', f.name, tasker.error_phrase(f.error)), '; ' order by f.step) from failure f),
             'some of its steps can never run')),
           'Mend the cause and retry the task or its failed steps; or resolve the steps by hand, or the whole task.', null,
           jsonb_build_object('finished_at', v_ended_at,
             'failed_steps', (select coalesce(jsonb_agg(f.name order by f.step), '[]') from failure f))
     where v_outcome = 'error' and v_only is null
    union all
    select null, 0, 'task_cancelled',
           format('The task was cancelled at %s%s.', tasker.utc(v_ended_at), coalesce(
             (select ' by ' || l.actor || coalesce(': ' || l.reason, '') from last_action l where l.kind = 'cancel'),
             ', because every way to its end leads through cancelled steps')),
           'Cancelling is final. Submit the task again if it is wanted after all.', null,
           jsonb_build_object('finished_at', v_ended_at,
             'actor', (select l.actor from last_action l where l.kind = 'cancel'),
             'reason', (select l.reason from last_action l where l.kind = 'cancel'),
             'cancelled_steps', (select coalesce(jsonb_agg(b.name order by b.step), '[]') from blocker b where b.state = 'cancelled'))
     where v_outcome = 'cancelled' and v_only is null
    union all
    select null, 0, 'task_resolved',
           format('The task was resolved by %s at %s%s.', coalesce(l.actor, 'an operator'), tasker.utc(v_ended_at), coalesce(': ' || l.reason, '')),
           'Nothing is left to do.', null,
           jsonb_build_object('finished_at', v_ended_at, 'actor', l.actor, 'reason', l.reason)
      from (select 1) one left join last_action l on l.kind = 'resolve'
     where v_outcome = 'resolved_manually' and v_only is null
    union all
    select null, 0, 'stuck', 'The task is open, but none of its steps is running or waiting for anything: nothing will wake it.',
           'This should not happen: please report it with the history of the task. Retrying, resolving or cancelling one of its steps, or cancelling the task, sets it right.',
           null, jsonb_build_object('state', v_outcome)
     where v_open and v_only is null and not exists (select 1 from s where s.waits or s.held)

    -- in a worker's hands
    union all
    select d.step, 1, 'lease_held',
           case when d.state <> 'in_progress'
                then format('Worker %s has the step in its hands, to pass it over; its lease lasts until %s.', w.name, tasker.utc(h.until))
                when w.state in ('running', 'stopping') and h.until >= v_now
                then format('Attempt %s of %s is with worker %s since %s; its lease lasts until %s and is renewed as long as the worker is heard of.',
                            d.attempts + 1, d.max_attempts, w.name, tasker.utc(d.started_at), tasker.utc(h.until))
                else format('Attempt %s of %s is with worker %s, which was last heard of at %s: the worker seems to be lost.',
                            d.attempts + 1, d.max_attempts, w.name, tasker.utc(w.heartbeat_at)) end,
           case when w.state in ('running', 'stopping') and h.until >= v_now
                then 'Wait for the attempt to end, or cancel the step.'
                else 'Any running process of the engine takes the step back within seconds, counts the attempt as failed and goes on; start one if none is running.' end,
           h.until,
           jsonb_build_object('worker', w.name, 'worker_id', w.id, 'worker_state', w.state, 'attempt', d.attempts + 1,
             'max_attempts', d.max_attempts, 'since', d.started_at, 'heartbeat_at', w.heartbeat_at)
      from told d
      join tasker.worker w on w.id = d.worker_id
     cross join lateral (select w.heartbeat_at + w.lease_ms * interval '1 ms' as until) h
     where d.held

    -- waiting for a time
    union all
    select d.step, 1, case when d.attempts > 0 then 'backoff' else 'not_due' end,
           case when d.attempts > 0
                then format('Attempt %s of %s failed (%s); the next one begins at %s.', d.attempts, d.max_attempts, tasker.error_phrase(a.error), tasker.utc(d.due_at))
                else format('The step is due at %s.', tasker.utc(d.due_at)) end,
           case when d.attempts > 0 then 'Wait, or retry the step to run it now.' else 'Wait.' end,
           d.due_at,
           jsonb_build_object('attempt', d.attempts + 1, 'max_attempts', d.max_attempts, 'error', a.error)
      from told d
      left join lateral (select a.error from tasker.attempt a
                          where a.task_id = v_task and a.step = d.step order by a.attempt desc limit 1) a on true
     where d.waits and not d.ready

    -- waiting for a worker
    union all
    select d.step, 1, 'no_worker',
           case when v.live = 0 then 'No worker is running.'
                when v.in_scope = 0 then format('No live worker serves the namespace %s.', d.namespace)
                else format('No live worker has the handler %s; %s in the namespace %s.', d.handler,
                            case v.in_scope when 1 then '1 worker is alive' else v.in_scope || ' workers are alive' end, d.namespace) end
             || case when v.silent is null then '' else format(' Not heard of any more: %s.',
                  (select string_agg(x.name, ', ') from jsonb_array_elements_text(v.silent) x(name))) end,
           format('Start a worker that serves the namespace %s and has the handler %s%s.', d.namespace, d.handler,
                  case when d.state in ('pending', 'error') then '' else ' (it passes the step over without running it)' end),
           null,
           jsonb_build_object('namespace', d.namespace, 'handler', d.handler, 'live_workers', v.live,
             'live_workers_in_namespace', v.in_scope, 'silent_workers', coalesce(v.silent, '[]'), 'since', d.due_at)
      from told d join server v on v.queue = d.queue
     where d.ready and v.serving = 0
    union all
    select d.step, 1, 'queued',
           format('The step is ready since %s and waits for a free place at %s (%s together)%s.', tasker.utc(d.due_at),
                  case v.serving when 1 then 'the one worker that has its handler' else format('one of %s workers that have its handler', v.serving) end,
                  case v.capacity when 1 then '1 place' else v.capacity || ' places' end,
                  case k.ahead when 0 then '' when 100 then '; at least 100 steps go first' when 1 then '; 1 step goes first'
                               else format('; %s steps go first', k.ahead) end),
           'Wait; add workers or raise their concurrency if this takes too long, or submit urgent tasks with a higher priority.', null,
           jsonb_build_object('namespace', d.namespace, 'handler', d.handler, 'workers', v.serving, 'capacity', v.capacity,
             'ahead', k.ahead, 'ahead_is_at_least', k.ahead = 100, 'since', d.due_at)
      from told d
      join server v on v.queue = d.queue
      join tasker.ready r on r.task_id = v_task and r.step = d.step
     cross join lateral (
       select count(*)::int as ahead from (
         (select 1 from tasker.ready o where o.queue = r.queue and not o.waiting and o.priority > r.priority limit 100)
         union all
         (select 1 from tasker.ready o
           where o.queue = r.queue and not o.waiting and o.priority = r.priority
             and (o.due_at, o.task_id, o.step) < (r.due_at, r.task_id, r.step) limit 100)
         limit 100) x) k
     where d.ready and v.serving > 0

    -- waiting for other steps
    union all
    select d.step, 2, 'to_be_skipped', 'The step will be passed over when it is reached.', 'Nothing is to be done.', null,
           jsonb_strip_nulls(jsonb_build_object('actor', d.actor, 'reason', d.reason))
      from told d where d.state = 'skipped' and not d.passed and v_open
    union all
    select d.step, 2, 'resolved',
           format('The step was resolved by %s at %s%s; that takes effect when it is reached.', d.actor, tasker.utc(d.finished_at), coalesce(': ' || d.reason, '')),
           'Nothing is to be done.', null,
           jsonb_build_object('finished_at', d.finished_at, 'actor', d.actor, 'reason', d.reason)
      from told d where d.state = 'resolved_manually' and not d.passed and v_open
    union all
    select d.step, 3, 'unmet_parent',
           format('The step runs after %s, which is %s.', p.name, case
             when p.state = 'error' and p.failed_for_good then 'in error for good'
             when p.state = 'error' then 'in error and will be tried again'
             when p.state = 'skipped' then 'to be skipped but not reached yet'
             when p.state = 'resolved_manually' then 'resolved but not reached yet'
             else replace(p.state, '_', ' ') end),
           case when p.failed_for_good or p.state = 'cancelled' then format('Retry, resolve or skip %s.', p.name)
                else format('Wait for %s, or see why it is not running.', p.name) end,
           null,
           jsonb_build_object('parent', p.name, 'parent_id', p.step_id, 'parent_state', p.state, 'next_attempt_at', p.next_attempt_at)
      from told d
     cross join unnest(d.parents) g(step)
      join s p on p.step = g.step
     where v_waits[d.step + 1] and not d.waits and not p.passed
    union all
    select d.step, 4, case b.state when 'cancelled' then 'blocked_by_cancelled' else 'blocked_by_failure' end,
           case b.state
             when 'cancelled' then format('The step depends on %s, which was cancelled.', b.name)
             else format('The step depends on %s, which failed for good in attempt %s of %s: %s.', b.name, f.attempts, f.max_attempts, tasker.error_phrase(f.error)) end,
           case b.state
             when 'cancelled' then 'Resolve or skip this step, or cancel it as well.'
             else format('Mend the cause and retry %s, or resolve or skip it.', b.name) end,
           null,
           jsonb_build_object('blocked_by', b.name, 'blocked_by_id', tasker.step_id(v_task, b.step), 'attempt', f.attempts,
             'max_attempts', f.max_attempts, 'code', f.error ->> 'code', 'error', f.error, 'why', f.why)
      from told d
      join below w on w.step = d.step
      join blocker b on b.step = w.blocker
      left join failure f on f.step = b.step

    -- over, one way or another
    union all
    select d.step, 1, 'failed',
           format('The step failed for good in attempt %s of %s at %s (%s): %s.', f.attempts, f.max_attempts, tasker.utc(f.finished_at),
                  case f.why when 'exhausted' then 'no attempts are left' when 'not_retryable' then 'its template says not to retry it'
                             else 'the handler said that trying again is of no use' end,
                  tasker.error_phrase(f.error)),
           'Mend the cause and retry the step; or resolve it by hand with a result, or skip it.', null,
           jsonb_build_object('attempt', f.attempts, 'max_attempts', f.max_attempts, 'why', f.why, 'failed_at', f.finished_at,
             'code', f.error ->> 'code', 'error', f.error)
      from told d join failure f on f.step = d.step
    union all
    select d.step, 1, 'cancelled',
           format('The step was cancelled%s at %s%s.',
                  case when d.actor is not null then ' by ' || d.actor
                       when v_outcome = 'cancelled' then ' with its task' || coalesce((select ' by ' || l.actor from last_action l where l.kind = 'cancel'), '')
                       else '' end,
                  tasker.utc(d.finished_at),
                  coalesce(': ' || coalesce(d.reason, (select l.reason from last_action l where l.kind = 'cancel' and d.actor is null)), '')),
           'Cancelling is final; what depends on the step does not run.', null,
           jsonb_build_object('actor', coalesce(d.actor, (select l.actor from last_action l where l.kind = 'cancel')),
             'reason', coalesce(d.reason, (select l.reason from last_action l where l.kind = 'cancel' and d.actor is null)),
             'cancelled_at', d.finished_at)
      from told d where d.state = 'cancelled'
    union all
    select d.step, 5, 'task_over', format('The task is over (%s since %s): the step will not run.', replace(v_outcome, '_', ' '), tasker.utc(v_ended_at)),
           case v_outcome when 'error' then 'Retry, resolve or skip the steps that block it.' else 'Submit the task again if it is wanted after all.' end, null,
           jsonb_build_object('task_state', v_outcome, 'finished_at', v_ended_at)
      from told d where not v_open and v_waits[d.step + 1]
    union all
    select d.step, 1, case d.state when 'resolved_manually' then 'resolved' else d.state end,
           case d.state
             when 'complete' then format('Attempt %s completed the step at %s (worker %s).', d.attempts, tasker.utc(d.finished_at), coalesce(d.worker, 'unknown'))
             when 'resolved_manually' then format('The step was resolved by %s at %s%s.', d.actor, tasker.utc(d.finished_at), coalesce(': ' || d.reason, ''))
             else 'The step was skipped' || coalesce(' by ' || d.actor || coalesce(': ' || d.reason, ''), ', as the submission asked') || '.' end,
           'Nothing is left to do.', null,
           jsonb_build_object('finished_at', d.finished_at, 'actor', d.actor, 'reason', d.reason, 'worker', d.worker, 'attempt', d.attempts)
      from told d where d.passed

    -- never to be seen
    union all
    select d.step, 9, 'stuck', 'All its parents are settled, but the step is not in any queue: nothing will wake it.',
           'This should not happen: please report it with the history of the task. Resolving, skipping or cancelling any step of the task puts it back into its queue.',
           null, jsonb_build_object('state', d.state)
      from told d
     where v_open and not d.waits and not d.held and d.passed_parents = cardinality(d.parents)
       and (d.state = 'pending' or (d.state in ('resolved_manually', 'skipped') and not d.passed))
  )
  select tasker.step_id(v_task, x.step), s.name, x.kind, x.reason, x.remedy, x.until, x.detail
    from said x left join s on s.step = x.step
   order by x.step nulls first, x.nr, x.kind, x.reason;
end
$$;

-- ------------------------------------------------------------------------------------------------------- counts

-- Tasks that are not over, each once.
create view tasker.open_task as
select r.task_id from tasker.ready r
union
select u.task_id from tasker.lease l cross join lateral unnest(l.tasks) u(task_id)
 where not exists (select 1 from tasker.task_outcome o where o.task_id = u.task_id)
union
select j.task_id from tasker.join_counter j;

-- How many rows of a history table there are. Partitions of more than p_exact rows are not counted: statistics say how
-- long they are, and approximate says that they were asked.
create function tasker.count_history(p_table regclass, p_condition text, p_exact int, out n bigint, out approximate boolean)
language plpgsql stable as $$
declare
  v_part record;
  v_count bigint;
begin
  n := 0;
  approximate := false;
  for v_part in
    select c.oid::regclass as name, c.reltuples::bigint as guess
      from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
     where i.inhparent = p_table
  loop
    if v_part.guess > p_exact then
      v_count := v_part.guess;
      approximate := true;
    else
      execute format('select count(*) from %s where %s', v_part.name, p_condition) into v_count;
    end if;
    n := n + v_count;
  end loop;
end
$$;

-- How the whole system stands, in one row.
--
-- The steps of what is open or in trouble are derived for at most p_sample tasks of each; where there are more, a sample
-- stands for all. History is counted where it is short. approximate says when either was not enough for exact figures;
-- tasks that are open or in trouble and steps that run or back off are counted in any case.
create function tasker.health_counts(p_sample int default 1000) returns table (
  total_tasks bigint, pending_tasks bigint, in_progress_tasks bigint, complete_tasks bigint, error_tasks bigint,
  cancelled_tasks bigint, resolved_tasks bigint,
  total_steps bigint, pending_steps bigint, in_progress_steps bigint, complete_steps bigint, error_steps bigint,
  cancelled_steps bigint,
  -- of those in error: another attempt follows; no attempts are left
  retryable_error_steps bigint, exhausted_retry_steps bigint,
  -- of those in error: their next attempt is not due yet
  in_backoff_steps bigint,
  active_connections int, max_connections int, approximate boolean
) language plpgsql stable
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_exact constant int := 50000;
  v_open bigint;
  v_begun bigint;
  v_ended record;
  v_tasks record;
  v_attempts record;
  v_by_hand bigint;
  v_frontier record;
  v_sampled record;
begin
  select count(*) into v_open from tasker.open_task;
  -- whatever has happened to a task, something of it is elsewhere than at its first step
  select count(*) into v_begun from (
    select r.task_id from tasker.ready r where r.step > 0 or r.attempt > 1
    union
    select j.task_id from tasker.join_counter j
    union
    select u.task_id from tasker.lease l cross join lateral unnest(l.tasks) u(task_id)) x
   where tasker.state_of(x.task_id) = 'in_progress';
  select count(*) as total, count(*) filter (where o.state = 'error') as error,
         count(*) filter (where o.state = 'cancelled') as cancelled,
         count(*) filter (where o.state = 'resolved_manually') as resolved
    into v_ended from tasker.task_outcome o where o.state <> 'complete';
  select * into v_tasks from tasker.count_history('tasker.task_outcome', 'true', v_exact);
  select * into v_attempts from tasker.count_history('tasker.attempt', 'outcome = ''complete''', v_exact);
  select (select count(*) from tasker.step_edit e where e.skip)
       + (select count(*) from tasker.action c where c.kind = 'resolve' and c.step is not null) into v_by_hand;
  select (select count(*) from tasker.lease l cross join lateral unnest(l.tasks, l.steps, l.attempts) u(task, step, attempt)
           where not exists (select 1 from tasker.attempt a
                              where a.task_id = u.task and a.step = u.step and a.attempt = u.attempt)) as in_progress,
         (select count(*) from tasker.ready r where r.attempt > 1 and r.due_at > tasker.now()) as in_backoff
    into v_frontier;

  -- a sample is chosen by the ids, which are random in their second half
  with asked as materialized (
    select o.task_id, true as open from tasker.open_task o
     where v_open <= p_sample or uuid_hash(o.task_id) & 1048575 < p_sample * 1048576.0 / v_open
    union all
    select o.task_id, false from tasker.task_outcome o
     where o.state <> 'complete'
       and (v_ended.total <= p_sample or uuid_hash(o.task_id) & 1048575 < p_sample * 1048576.0 / v_ended.total)),
  step as materialized (
    select s.*, case when s.task_id in (select a.task_id from asked a where a.open)
                     then greatest(1, v_open / p_sample::numeric) else greatest(1, v_ended.total / p_sample::numeric) end as weight
      from tasker.step_states_of(array(select a.task_id from asked a), false) s)
  select coalesce(sum(s.weight) filter (where s.state = 'pending'), 0) as pending,
         coalesce(sum(s.weight) filter (where s.state = 'in_progress'), 0) as in_progress,
         coalesce(sum(s.weight) filter (where s.state = 'error'), 0) as error,
         coalesce(sum(s.weight) filter (where s.state = 'cancelled'), 0) as cancelled,
         coalesce(sum(s.weight) filter (where s.state = 'error' and not s.failed_for_good), 0) as retryable,
         coalesce(sum(s.weight) filter (where s.state = 'error' and s.attempts >= s.max_attempts), 0) as exhausted,
         coalesce(sum(s.weight) filter (where s.state = 'error' and s.waits and not s.ready), 0) as in_backoff
    into v_sampled from step s;
  if v_open > p_sample then
    v_sampled.in_progress := v_frontier.in_progress;
    v_sampled.in_backoff := v_frontier.in_backoff;
  end if;

  return query select
    v_open + v_tasks.n, v_open - v_begun, v_begun,
    greatest(v_tasks.n - v_ended.total, 0), v_ended.error, v_ended.cancelled, v_ended.resolved,
    round(v_sampled.pending + v_sampled.in_progress + v_sampled.error + v_sampled.cancelled)::bigint + v_attempts.n + v_by_hand,
    round(v_sampled.pending)::bigint, round(v_sampled.in_progress)::bigint, v_attempts.n + v_by_hand,
    round(v_sampled.error)::bigint, round(v_sampled.cancelled)::bigint,
    round(v_sampled.retryable)::bigint, round(v_sampled.exhausted)::bigint, round(v_sampled.in_backoff)::bigint,
    (select count(*)::int from pg_catalog.pg_stat_activity p where p.datname = current_database() and p.state = 'active'),
    current_setting('max_connections')::int,
    v_tasks.approximate or v_attempts.approximate or v_open > p_sample or v_ended.total > p_sample;
end
$$;

-- What a breaker per dependent system would read: how many steps of tasks that are open or ended in error are closed
-- (no trouble), open (in backoff, or failed for good) and half_open (one attempt may tell). Looks at the p_limit newest
-- tasks of each kind.
create function tasker.circuits(p_limit int default 1000) returns table (
  dependent_system text, closed bigint, open bigint, half_open bigint
) language sql stable as $$
  select s.dependent_system, count(*) filter (where s.circuit = 'closed'), count(*) filter (where s.circuit = 'open'),
         count(*) filter (where s.circuit = 'half_open')
    from tasker.step_states_of(array(
           (select o.task_id from tasker.open_task o order by o.task_id desc limit p_limit)
           union all
           (select o.task_id from tasker.task_outcome o where o.state = 'error' order by o.task_id desc limit p_limit)), false) s
   group by s.dependent_system
   order by s.dependent_system
$$;
