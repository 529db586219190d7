-- Breaking: no. Locks: none on existing tables.

-- How a task ends whose finish some branch will never reach: as an error, unless operators took all those branches away.
create function tasker.blocked_end(p_task uuid) returns text language sql as $$
  select case when exists (
    select 1 from tasker.attempt a
     where a.task_id = p_task and a.outcome = 'error' and a.retry_at is null
       and not exists (select 1 from tasker.attempt b
                        where b.task_id = p_task and b.step = a.step and b.attempt > a.attempt)
       and not exists (select 1 from tasker.action c
                        where c.task_id = p_task and c.step = a.step and c.kind <> 'edit' and c.attempts >= a.attempt))
  then 'error' else 'cancelled' end
$$;

-- tasker.advance: the one statement that moves the world. It records what a worker has done, opens what that makes
-- possible, finishes tasks, and hands out the next steps, in one round trip and one commit.
--
-- A function rather than one statement with CTEs, because each of its statements must see what the locks taken by
-- the one before have let through, and because its settings travel with it: they pin index plans (with fresh
-- statistics missing, hash joins and sequential scans over tables thought empty cost a hundredfold) without any
-- session state, so that it works through a transaction-mode pooler.
--
-- Lock order: leases by (worker, seq); join counters by task, then step, finish last; ready rows only with
-- skip-locked. Whoever holds a whole task still takes leases and ready rows before join counters.
--
-- SQLSTATEs: TK001 the worker is not alive (it was declared lost): nothing was recorded or handed out.
--            TK002 a lease is gone, an operator took steps out of it, or a step recorded itself: nothing was recorded;
--                  look which outcomes still count (lock-leases.sql.ts) and call again with p_checked in the same
--                  transaction.
create function tasker.advance(
  p_worker int,
  p_seq bigint,                -- number of the lease that this call may write
  p_checked boolean,           -- the caller holds the leases and has left out what does not count
  p_touched bigint[],          -- leases that outcomes of this call belong to and that stay
  p_closed bigint[],           -- leases that have nothing left but outcomes of this call
  -- successes; when they began and ended, in microseconds ago, because only the database's clock is shared
  s_task uuid[], s_step int[], s_attempt smallint[], s_began double precision[], s_ended double precision[],
  s_result jsonb[],
  s_metadata jsonb[],          -- null: none of them has any
  -- all else: [{task, step, attempt, kind: error | release | skip | pass, began, ended, error, result, retry_ms, queue,
  -- priority}]; release hands a step back unrun, skip and pass are over without an attempt, an error without retry_ms
  -- is final
  p_others jsonb,
  -- children with one parent, now open; the first d_mine of them are for handlers that this worker has
  d_task uuid[], d_step int[], d_queue int[], d_priority smallint[], d_mine int,
  -- arrivals at steps with several parents, and (blocked) at all children of steps that failed for good
  j_task uuid[], j_step int[], j_parents int[], j_blocked boolean[], j_queue int[], j_priority smallint[],
  j_mine boolean[],
  f_task uuid[],               -- tasks whose only sink has settled
  p_keep int,                  -- hand straight back at most so many of the steps opened by this call
  p_want int,                  -- hand out at most so many steps in all
  p_queues int[],              -- what this worker can run; empty: take nothing that waits
  out kept_task uuid[], out kept_step int[],
  out taken_task uuid[], out taken_step int[], out taken_attempt smallint[],
  out left_waiting int,        -- so many steps were opened and wait for any worker
  out finished_task uuid[], out finished_state text[],
  out edits jsonb,             -- [{task, step, max_attempts, skip, decided, inputs}] for steps handed out
  out dry boolean,             -- nothing more is ready for this worker now
  out next_due_ms double precision -- and until the next waiting step is due
) language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := tasker.now();
  v_found int;
  v_revoked boolean;
  -- opened by this call and not kept
  v_rest_task uuid[] := '{}'; v_rest_step int[] := '{}'; v_rest_queue int[] := '{}'; v_rest_priority smallint[] := '{}';
  v_kept_task uuid[] := '{}'; v_kept_step int[] := '{}';
  v_taken_task uuid[] := '{}'; v_taken_step int[] := '{}'; v_taken_attempt smallint[] := '{}';
  v_fin_task uuid[] := f_task; v_fin_state text[] := array_fill('complete'::text, array[cardinality(f_task)]);
  v_open_task uuid[]; v_open_step int[]; v_open_queue int[]; v_open_priority smallint[];
  v_block_task uuid[]; v_block_step int[]; v_end_task uuid[]; v_end_state text[];
  v_other_task uuid[]; v_other_step int[]; v_other_queue int[]; v_other_priority smallint[];
  v_quota_queue int[]; v_quota int[];
  v_n int;
  v_edits jsonb;
  v_dry boolean;
  v_due double precision;
begin
  -- a call that hands out nothing needs no living worker: what a lost one held is recorded through here, too
  if p_want > 0 and not exists (select 1 from tasker.worker w where w.id = p_worker and w.state in ('running', 'stopping')) then
    raise exception 'worker % is not alive', p_worker using errcode = 'TK001';
  end if;

  -- 1. The fence: an outcome counts only while its lease stands and lists it.
  if cardinality(p_touched) > 0 then
    select count(*), coalesce(bool_or(x.revoked), false) into v_found, v_revoked
      from (select l.revoked from tasker.lease l where l.worker = p_worker and l.seq = any(p_touched)
             order by l.seq for update) x;
    if not p_checked and (v_found < cardinality(p_touched) or v_revoked) then
      raise exception 'lease of worker % is gone or revoked', p_worker using errcode = 'TK002';
    end if;
  end if;
  if cardinality(p_closed) > 0 then
    with gone as (delete from tasker.lease l where l.worker = p_worker and l.seq = any(p_closed) returning l.revoked)
    select count(*), coalesce(bool_or(g.revoked), false) into v_found, v_revoked from gone g;
    if not p_checked and (v_found < cardinality(p_closed) or v_revoked) then
      raise exception 'lease of worker % is gone or revoked', p_worker using errcode = 'TK002';
    end if;
  end if;

  -- 2. History.
  if cardinality(s_task) > 0 then
    insert into tasker.attempt (task_id, step, attempt, outcome, worker, started_at, finished_at, result, metadata)
    select x.t, x.s, x.a, 'complete', p_worker, v_now - x.b * interval '1 microsecond', v_now - x.e * interval '1 microsecond', x.r, x.m
      from unnest(s_task, s_step, s_attempt, s_began, s_ended, s_result, s_metadata) x(t, s, a, b, e, r, m);
  end if;
  if p_others is not null then
    -- An attempt's key refuses a second record of it. What leaves without an attempt has no such key, and its own
    -- transaction may have recorded it meanwhile.
    if not p_checked and exists (
      select 1 from jsonb_to_recordset(p_others) o(task uuid, step int, attempt smallint, kind text)
        join tasker.attempt a on a.task_id = o.task and a.step = o.step and a.attempt = o.attempt
       where o.kind <> 'error')
    then
      raise exception 'a step of worker % was recorded before', p_worker using errcode = 'TK002';
    end if;
    with o as materialized (
      select * from jsonb_to_recordset(p_others) x(task uuid, step int, attempt smallint, kind text,
        began double precision, ended double precision, error jsonb, result jsonb, retry_ms double precision,
        queue int, priority smallint)
    ), recorded as (
      insert into tasker.attempt (task_id, step, attempt, outcome, worker, started_at, finished_at, retry_at, result, error)
      select o.task, o.step, o.attempt, 'error', p_worker, v_now - o.began * interval '1 microsecond',
             v_now - o.ended * interval '1 microsecond', v_now + o.retry_ms * interval '1 ms', o.result, o.error
        from o where o.kind = 'error'
    )
    insert into tasker.ready (task_id, step, attempt, queue, priority, waiting, due_at)
    select o.task, o.step, o.attempt + (o.kind = 'error')::int, o.queue, o.priority,
           coalesce(o.retry_ms, 0) > 0, v_now + coalesce(o.retry_ms, 0) * interval '1 ms'
      from o where o.kind = 'release' or o.retry_ms is not null;
    -- What leaves without an attempt must leave its lease, too: no history says that it is no longer held.
    if cardinality(p_touched) > 0 and jsonb_path_exists(p_others, '$[*].kind ? (@ != "error")') then
      update tasker.lease l set (tasks, steps, attempts) = (
        select coalesce(array_agg(u.task order by u.nr), '{}'), coalesce(array_agg(u.step order by u.nr), '{}'),
               coalesce(array_agg(u.attempt order by u.nr), '{}')
          from unnest(l.tasks, l.steps, l.attempts) with ordinality u(task, step, attempt, nr)
         where not exists (select 1 from jsonb_to_recordset(p_others) o(task uuid, step int, kind text)
                            where o.task = u.task and o.step = u.step and o.kind <> 'error'))
       where l.worker = p_worker and l.seq = any(p_touched);
    end if;
  end if;

  -- 3. What opens. Children with one parent need no counter.
  v_n := least(p_keep, d_mine);
  v_kept_task := d_task[1:v_n];
  v_kept_step := d_step[1:v_n];
  if cardinality(d_task) > v_n then
    v_rest_task := d_task[v_n + 1:]; v_rest_step := d_step[v_n + 1:];
    v_rest_queue := d_queue[v_n + 1:]; v_rest_priority := d_priority[v_n + 1:];
  end if;

  -- Joins count down; the row lock orders two last parents that arrive at once, so that one of them opens the
  -- child. A join with a blocked parent never opens: it passes the block on, walking the plan's rows, until the
  -- finish, or as if it had run where an operator has resolved it. That walk happens only after a failure.
  while cardinality(j_task) > 0 loop
    with arrived as materialized (
      select x.t, x.s, max(x.p) as p, count(*)::int as k, bool_or(x.b) as b,
             max(x.q) as q, max(x.pr) as pr, bool_or(x.m) as m
        from unnest(j_task, j_step, j_parents, j_blocked, j_queue, j_priority, j_mine) x(t, s, p, b, q, pr, m)
       group by x.t, x.s
    ), counted as (
      insert into tasker.join_counter as c (task_id, step, parents, remaining, blocked)
      select a.t, a.s, a.p, a.p - a.k, a.b from arrived a where a.k < a.p order by a.t, a.s = -1, a.s
      on conflict (task_id, step) do update
        set remaining = c.remaining + excluded.remaining - excluded.parents, blocked = c.blocked or excluded.blocked
      returning c.task_id, c.step, c.remaining, c.blocked
    ), settled as materialized (
      select a.t, a.s, a.b, a.q, a.pr, a.m from arrived a where a.k = a.p
      union all
      select a.t, a.s, c.blocked, a.q, a.pr, a.m
        from counted c join arrived a on a.t = c.task_id and a.s = c.step where c.remaining = 0
    )
    select coalesce(array_agg(s.t order by s.m desc, s.t, s.s) filter (where s.s >= 0 and not s.b), '{}'),
           coalesce(array_agg(s.s order by s.m desc, s.t, s.s) filter (where s.s >= 0 and not s.b), '{}'),
           coalesce(array_agg(s.q order by s.m desc, s.t, s.s) filter (where s.s >= 0 and not s.b), '{}'),
           coalesce(array_agg(s.pr order by s.m desc, s.t, s.s) filter (where s.s >= 0 and not s.b), '{}'),
           coalesce(count(*) filter (where s.s >= 0 and not s.b and s.m), 0),
           coalesce(array_agg(s.t) filter (where s.s >= 0 and s.b), '{}'),
           coalesce(array_agg(s.s) filter (where s.s >= 0 and s.b), '{}'),
           coalesce(array_agg(s.t) filter (where s.s = -1), '{}'),
           coalesce(array_agg(case when s.b then tasker.blocked_end(s.t) else 'complete' end) filter (where s.s = -1), '{}')
      into v_open_task, v_open_step, v_open_queue, v_open_priority, v_n, v_block_task, v_block_step,
           v_end_task, v_end_state
      from settled s;
    delete from tasker.join_counter c
     using unnest(v_open_task || v_block_task || v_end_task,
                  v_open_step || v_block_step || array_fill(-1, array[cardinality(v_end_task)])) x(t, s)
     where c.task_id = x.t and c.step = x.s;
    v_n := least(greatest(p_keep - cardinality(v_kept_task), 0), v_n);
    v_kept_task := v_kept_task || v_open_task[1:v_n];
    v_kept_step := v_kept_step || v_open_step[1:v_n];
    v_rest_task := v_rest_task || v_open_task[v_n + 1:];
    v_rest_step := v_rest_step || v_open_step[v_n + 1:];
    v_rest_queue := v_rest_queue || v_open_queue[v_n + 1:];
    v_rest_priority := v_rest_priority || v_open_priority[v_n + 1:];
    v_fin_task := v_fin_task || v_end_task;
    v_fin_state := v_fin_state || v_end_state;
    exit when cardinality(v_block_task) = 0;
    select coalesce(array_agg(b.t), '{}'), coalesce(array_agg(e.child), '{}'), coalesce(array_agg(e.child_parents), '{}'),
           coalesce(array_agg(d.decided is distinct from 'resolve'), '{}'), coalesce(array_agg(coalesce(c.queue_id, 0)), '{}'),
           coalesce(array_agg(k.priority), '{}'), coalesce(array_agg(false), '{}')
      into j_task, j_step, j_parents, j_blocked, j_queue, j_priority, j_mine
      from unnest(v_block_task, v_block_step) b(t, s)
      join tasker.task k on k.id = b.t
      join tasker.revision_edge e on e.revision_id = k.revision_id and e.parent = b.s
      left join tasker.revision_step c on c.revision_id = k.revision_id and c.step = e.child
      left join tasker.step_edit d on d.task_id = b.t and d.step = b.s;
  end loop;

  -- 4. Tasks whose last sink has settled.
  if cardinality(v_fin_task) > 0 then
    insert into tasker.task_outcome (task_id, state, finished_at)
    select x.t, x.s::tasker.task_state, v_now from unnest(v_fin_task, v_fin_state) x(t, s);
  end if;

  -- 5. What this worker does not keep waits for anyone.
  if cardinality(v_rest_task) > 0 then
    insert into tasker.ready (task_id, step, attempt, queue, priority, waiting, due_at)
    select x.t, x.s, 1, x.q, x.p, false, v_now from unnest(v_rest_task, v_rest_step, v_rest_queue, v_rest_priority) x(t, s, q, p);
  end if;

  -- 6. Take what waits: first by priority, then by age, over all queues that this worker serves.
  v_n := p_want - cardinality(v_kept_task);
  if v_n > 0 and cardinality(p_queues) > 0 then
    update tasker.ready r set waiting = false
     where r.ctid = any(array(select w.ctid from tasker.ready w where w.waiting and w.due_at <= v_now
                               order by w.due_at limit 1000 for update skip locked));
    if cardinality(p_queues) = 1 then
      v_quota_queue := p_queues; v_quota := array[v_n];
    else
      -- how many of the best come from which queue; the rows themselves are locked below, past those that others hold
      select coalesce(array_agg(g.queue), '{}'), coalesce(array_agg(g.k), '{}') into v_quota_queue, v_quota from (
        select h.queue, count(*)::int as k from (
          select q.queue, r.priority, r.due_at
            from unnest(p_queues) q(queue)
           cross join lateral (select r.priority, r.due_at from tasker.ready r where r.queue = q.queue and not r.waiting
                                order by r.priority desc, r.due_at limit v_n) r
           order by r.priority desc, r.due_at limit v_n) h
         group by h.queue) g;
    end if;
    with taken as (
      delete from tasker.ready r where r.ctid = any(array(
        select c.ctid from unnest(v_quota_queue, v_quota) h(queue, k)
         cross join lateral (select r.ctid from tasker.ready r where r.queue = h.queue and not r.waiting
                              order by r.priority desc, r.due_at, r.task_id, r.step limit h.k for update skip locked) c))
      returning r.task_id, r.step, r.attempt, r.priority, r.due_at),
    -- rows leave in the order of their places in the table, which says nothing
    turn as (select * from taken t order by t.priority desc, t.due_at, t.task_id, t.step)
    select coalesce(array_agg(t.task_id), '{}'), coalesce(array_agg(t.step), '{}'), coalesce(array_agg(t.attempt), '{}')
      into v_taken_task, v_taken_step, v_taken_attempt from turn t;
    v_dry := cardinality(v_taken_task) < v_n;
    if v_dry then
      select extract(epoch from min(r.due_at) - v_now) * 1000 into v_due from tasker.ready r where r.waiting;
    end if;
  end if;

  -- 7. One lease row for everything handed out.
  v_n := cardinality(v_kept_task) + cardinality(v_taken_task);
  if v_n > 0 then
    with written as (
      insert into tasker.lease (worker, seq, since, tasks, steps, attempts)
      values (p_worker, p_seq, v_now, v_kept_task || v_taken_task, v_kept_step || v_taken_step,
              array_fill(1::smallint, array[cardinality(v_kept_task)]) || v_taken_attempt))
    select jsonb_agg(jsonb_build_object('task', e.task_id, 'step', e.step, 'max_attempts', e.max_attempts,
                                        'skip', e.skip, 'decided', e.decided, 'inputs', e.inputs,
                                        'timeout_ms', e.timeout_ms))
      into v_edits
      from unnest(v_kept_task || v_taken_task, v_kept_step || v_taken_step) x(t, s)
      join tasker.step_edit e on e.task_id = x.t and e.step = x.s;
  end if;

  kept_task := v_kept_task; kept_step := v_kept_step;
  taken_task := v_taken_task; taken_step := v_taken_step; taken_attempt := v_taken_attempt;
  left_waiting := cardinality(v_rest_task);
  finished_task := v_fin_task; finished_state := v_fin_state;
  edits := v_edits; dry := v_dry; next_due_ms := v_due;
end
$$;
