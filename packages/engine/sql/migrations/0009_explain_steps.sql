-- Breaking: no. Locks: none.
--
-- Several steps of a task are explained in one look at it. Asked for one by one, the steps of a task of a thousand took
-- a thousand looks at a thousand steps.

-- What tasker.explain says (0003_views.sql), of the task as a whole (p_steps is null) or of those of its steps that
-- p_steps has by name or id.
create function tasker.explain_steps(p_task uuid, p_steps text[]) returns table (
  step_id uuid, step text, kind text, reason text, remedy text, until timestamptz, detail jsonb
) language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_task uuid := p_task;
  -- positions of the steps that are asked for
  v_only int[];
  v_open boolean;
  v_outcome text;
  v_ended_at timestamptz;
  v_steps tasker.step_info[];
  -- by position, one more: whether it has still to wait for what is above
  v_waits boolean[];
  v_now timestamptz := tasker.now();
begin
  v_outcome := tasker.state_of(v_task);
  if v_outcome is null then
    return;
  end if;
  select o.finished_at into v_ended_at from tasker.task_outcome o where o.task_id = v_task;
  v_open := v_ended_at is null;
  v_steps := array(select s from tasker.step_states_of(array[v_task], false) s order by s.step);
  v_waits := array(select s.state in ('pending', 'resolved_manually', 'skipped') and not s.passed from unnest(v_steps) s order by s.step);
  if p_steps is not null then
    v_only := array(select s.step from unnest(v_steps) s where s.name = any(p_steps) or s.step_id::text = any(lower(p_steps::text)::text[]));
  end if;

  return query
  with recursive s as materialized (select * from unnest(v_steps)),
  told as materialized (select s.* from s where case when v_only is null then not s.passed else s.step = any(v_only) end),
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

create or replace function tasker.explain(p_id uuid, p_step text default null) returns table (
  step_id uuid, step text, kind text, reason text, remedy text, until timestamptz, detail jsonb
) language sql stable as $$
  select e.*
    from (select substr(p_id::text, 15, 1) = '8' as is_step) i
   cross join lateral tasker.explain_steps(
     case when i.is_step then (left(p_id::text, 14) || '7' || substr(p_id::text, 16, 16) || '00000')::uuid else p_id end,
     case when p_step is not null then array[p_step] when i.is_step then array[p_id::text] end) e
$$;
