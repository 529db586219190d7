-- Breaking: no (first migration). Locks: none on existing tables.
--
-- A task is a plan (its template revision), a history (what has happened) and a frontier (what is open now).
-- History tables only grow and are dropped by partition; the frontier is small and hot. A step that has not
-- been reached has no row anywhere. Foreign keys from history and frontier to tasks are left out on purpose:
-- each would cost a row lock per step; the statements that write them are few and tested instead.

-- All SQL takes the time from here. The test kit replaces this function by one that reads a settable clock.
create function tasker.now() returns timestamptz language sql volatile as 'select clock_timestamp()';

-- ---------------------------------------------------------------------------------------------- catalogue

create table tasker.namespace (
  id int generated always as identity primary key,
  name text not null unique check (length(name) between 1 and 64),
  description text check (length(description) <= 255)
);
insert into tasker.namespace (name) values ('default');

create table tasker.template (
  id int generated always as identity primary key,
  namespace_id int not null references tasker.namespace,
  name text not null check (length(name) between 1 and 255),
  version text not null check (length(version) between 5 and 64),
  unique (namespace_id, name, version)
);

-- Immutable content of a template; the highest number is the one new tasks get.
create table tasker.revision (
  id int generated always as identity primary key,
  template_id int not null references tasker.template,
  number int not null check (number >= 1),
  hash text not null check (length(hash) = 64),
  document jsonb not null,
  created_at timestamptz not null,
  unique (template_id, number)
);

-- What a worker must have to run a step: a handler in a namespace. Ready rows wait in queues, so that a worker
-- never has to look past steps it cannot run.
create table tasker.queue (
  id int generated always as identity primary key,
  namespace_id int not null references tasker.namespace,
  handler text not null check (length(handler) between 1 and 500),
  unique (namespace_id, handler)
);

-- The plan as rows, for views and for the rare walks that SQL does itself.
create table tasker.revision_step (
  revision_id int not null references tasker.revision,
  step int not null check (step >= 0),
  name text not null,
  queue_id int not null references tasker.queue,
  max_attempts smallint not null check (max_attempts >= 1),
  retryable boolean not null,
  skippable boolean not null,
  dependent_system text not null,
  -- length of the longest way from a step without parents
  level int not null check (level >= 0),
  primary key (revision_id, step),
  unique (revision_id, name)
);

-- child -1 is the finish of the task: every step without children leads there.
create table tasker.revision_edge (
  revision_id int not null references tasker.revision,
  parent int not null check (parent >= 0),
  child int not null check (child > parent or child = -1),
  child_parents int not null check (child_parents >= 1),
  primary key (revision_id, parent, child)
);

-- ------------------------------------------------------------------------------------------------- workers

create type tasker.worker_state as enum ('running', 'stopping', 'stopped', 'lost');

create table tasker.worker (
  id int generated always as identity primary key,
  name text not null,
  state tasker.worker_state not null default 'running',
  namespaces text[] not null,
  queues int[] not null,
  concurrency int not null check (concurrency >= 1),
  lease_ms int not null check (lease_ms > 0),
  started_at timestamptz not null,
  heartbeat_at timestamptz not null,
  info jsonb not null default '{}'
) with (fillfactor = 50);
create index worker_alive on tasker.worker (id) where state in ('running', 'stopping');

-- ------------------------------------------------------------------------------------------------- history

create type tasker.task_state as enum
  ('pending', 'in_progress', 'complete', 'error', 'cancelled', 'resolved_manually');

create table tasker.task (
  id uuid not null,
  revision_id int not null,
  priority smallint not null default 0 check (priority between -100 and 100),
  context jsonb not null check (jsonb_typeof(context) = 'object'),
  created_at timestamptz not null,
  correlation_id text check (length(correlation_id) between 1 and 100),
  parent_correlation_id text check (length(parent_correlation_id) between 1 and 100),
  idempotency_key text check (length(idempotency_key) between 1 and 255),
  initiator text check (length(initiator) <= 128),
  source_system text check (length(source_system) <= 128),
  reason text check (length(reason) <= 128),
  tags text[],
  primary key (id)
) partition by range (id);
create index task_revision on tasker.task (revision_id, id);
create index task_correlation on tasker.task (correlation_id, id) where correlation_id is not null;
create index task_initiator on tasker.task (initiator, id) where initiator is not null;
create index task_tags on tasker.task using gin (tags) where tags is not null;

-- How a task ended. No row: it is open.
create table tasker.task_outcome (
  task_id uuid not null,
  state tasker.task_state not null check (state in ('complete', 'error', 'cancelled', 'resolved_manually')),
  finished_at timestamptz not null,
  primary key (task_id)
) partition by range (task_id);
-- complete is what nearly all become: a list of those walks the primary key.
create index task_outcome_trouble on tasker.task_outcome (state, task_id) where state <> 'complete';

create type tasker.attempt_outcome as enum ('complete', 'error', 'cancelled');

-- One row per finished execution of a handler.
create table tasker.attempt (
  task_id uuid not null,
  step int not null,
  attempt smallint not null,
  outcome tasker.attempt_outcome not null,
  worker int not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  -- set on an error that is retried: when; an error without it is final
  retry_at timestamptz,
  result jsonb,
  -- what the handler wanted kept beside its result
  metadata jsonb,
  error jsonb,
  primary key (task_id, step, attempt),
  check (attempt >= 1),
  check ((outcome = 'complete') = (error is null)),
  check (retry_at is null or outcome = 'error')
) partition by range (task_id);

create type tasker.action_kind as enum ('cancel', 'retry', 'resolve', 'skip', 'edit');

-- One row per operator action. step null: on the task.
create table tasker.action (
  task_id uuid not null,
  id bigint generated always as identity,
  step int,
  kind tasker.action_kind not null,
  -- how many attempts the step had then: what comes after belongs to a new life
  attempts smallint not null default 0,
  actor text not null,
  reason text,
  result jsonb,
  at timestamptz not null,
  -- set on the first action of a command that took back, or replaced, how the task had ended
  ended_as tasker.task_state,
  ended_at timestamptz,
  primary key (task_id, id)
) partition by range (task_id);

-- Who was there first: one row per identity of a task that may not be submitted twice.
create table tasker.task_key (
  key bytea not null check (length(key) = 32),
  task_id uuid not null,
  -- tells a replay of the same request from another request with the same key
  fingerprint bytea not null check (length(fingerprint) = 32),
  primary key (key)
);
create index task_key_task on tasker.task_key (task_id);

-- ------------------------------------------------------------------------------------------------ frontier
-- Vacuum early: these tables turn over completely every few seconds.

-- A step that waits for a worker or (waiting) for a time.
create table tasker.ready (
  task_id uuid not null,
  step int not null,
  attempt smallint not null check (attempt >= 1),
  queue int not null,
  priority smallint not null,
  waiting boolean not null,
  due_at timestamptz not null,
  primary key (task_id, step)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.2);
create index ready_next on tasker.ready (queue, priority desc, due_at, task_id, step) where not waiting;
create index ready_later on tasker.ready (due_at) where waiting;

-- What a worker was handed in one call: three arrays side by side. The row is the fence: an outcome counts only
-- while its lease stands and lists it. Recorded steps stay listed until the row goes.
create table tasker.lease (
  worker int not null,
  seq bigint not null,
  since timestamptz not null,
  tasks uuid[] not null,
  steps int[] not null,
  attempts smallint[] not null,
  -- an operator took steps out of the lists: its worker must look before it records
  revoked boolean not null default false,
  primary key (worker, seq),
  check (cardinality(tasks) = cardinality(steps) and cardinality(tasks) = cardinality(attempts))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_delay = 0);

-- A step with several parents, from the arrival of the first to that of the last. step -1 is the finish.
create table tasker.join_counter (
  task_id uuid not null,
  step int not null,
  parents int not null,
  remaining int not null check (remaining >= 0),
  -- some parent failed for good or was cancelled: the step will not run
  blocked boolean not null,
  primary key (task_id, step)
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

-- What an operator or the submission changed for single steps of a task.
create table tasker.step_edit (
  task_id uuid not null,
  step int not null,
  -- number of the last attempt that is allowed
  max_attempts smallint check (max_attempts >= 1),
  -- pass over the step when it is reached
  skip boolean not null default false,
  -- an operator settled the step (resolve) or cancelled it, perhaps before it was reached: it is not run then, either
  decided tasker.action_kind check (decided in ('resolve', 'cancel')),
  inputs jsonb,
  -- how long one attempt may take
  timeout_ms int check (timeout_ms >= 1),
  -- how many attempts the step has, and has again when it is retried by hand; null: as many as the plan says
  attempt_limit smallint check (attempt_limit >= 1),
  primary key (task_id, step)
);

-- ---------------------------------------------------------------------------------------------- partitions

-- The smallest version 7 uuid of a moment: task ids are ordered by time, so time ranges are id ranges.
create function tasker.id_floor(p_at timestamptz) returns uuid language sql immutable as $$
  select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-0000-0000-000000000000')::uuid
    from (select lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0') as h) x
$$;

-- Weeks, because a year of history is then 52 partitions: few enough for the planner, fine enough for retention.
create function tasker.partition_start(p_at timestamptz) returns timestamptz language sql immutable as $$
  select to_timestamp(floor(extract(epoch from p_at) / 604800) * 604800)
$$;

-- Makes the partitions that hold [p_from, p_to]. A new table is filled with what it needs before it is attached,
-- because attaching (unlike CREATE TABLE … PARTITION OF) lets readers and writers of the parent go on.
create function tasker.ensure_partitions(p_from timestamptz, p_to timestamptz) returns int language plpgsql as $$
declare
  v_start timestamptz := tasker.partition_start(p_from);
  v_parent text;
  v_name text;
  v_made int := 0;
begin
  while v_start <= p_to loop
    foreach v_parent in array array['task', 'task_outcome', 'attempt', 'action', 'annotation'] loop
      v_name := v_parent || '_' || to_char(v_start at time zone 'utc', 'YYYYMMDD');
      if to_regclass('tasker.' || v_name) is null then
        perform pg_advisory_xact_lock(hashtext('tasker.ensure_partitions'));
        -- somebody may have been faster; to_regclass would repeat what it has said before
        if not exists (select 1 from pg_catalog.pg_class c
                        where c.relname = v_name
                          and c.relnamespace = (select p.relnamespace from pg_catalog.pg_class p where p.oid = 'tasker.task'::regclass)) then
          execute format('create table tasker.%I (like tasker.%I including all excluding identity)', v_name, v_parent);
          execute format('alter table tasker.%I attach partition tasker.%I for values from (%L) to (%L)',
            v_parent, v_name, tasker.id_floor(v_start), tasker.id_floor(v_start + interval '7 days'));
          v_made := v_made + 1;
        end if;
      end if;
    end loop;
    v_start := v_start + interval '7 days';
  end loop;
  return v_made;
end
$$;
