-- Written by `npm run schema:dump` from the migrations; not read by anything but a test and you.

create type tasker.action_kind as enum ('cancel', 'retry', 'resolve', 'skip', 'edit');

create type tasker.attempt_outcome as enum ('complete', 'error', 'cancelled');

create type tasker.task_state as enum ('pending', 'in_progress', 'complete', 'error', 'cancelled', 'resolved_manually');

create type tasker.worker_state as enum ('running', 'stopping', 'stopped', 'lost');

create type tasker.step_info as (
  task_id uuid,
  step integer,
  step_id uuid,
  name text,
  state text,
  namespace text,
  handler text,
  queue integer,
  dependent_system text,
  level integer,
  retryable boolean,
  skippable boolean,
  attempts integer,
  max_attempts integer,
  waits boolean,
  ready boolean,
  held boolean,
  due_at timestamp with time zone,
  next_attempt_at timestamp with time zone,
  failed_for_good boolean,
  passed boolean,
  circuit text,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  duration_ms double precision,
  last_attempted_at timestamp with time zone,
  last_failed_at timestamp with time zone,
  backoff_ms double precision,
  worker_id integer,
  worker text,
  actor text,
  reason text,
  result jsonb,
  metadata jsonb,
  error jsonb,
  inputs jsonb,
  parents integer[],
  children integer[],
  passed_parents integer
);

create table tasker.action (
  task_id uuid not null,
  id bigint generated always as identity not null,
  step integer,
  kind tasker.action_kind not null,
  attempts smallint default 0 not null,
  actor text not null,
  reason text,
  result jsonb,
  at timestamp with time zone not null,
  ended_as tasker.task_state,
  ended_at timestamp with time zone,
  constraint action_pkey PRIMARY KEY (task_id, id)
) partition by RANGE (task_id);

create table tasker.annotation (
  task_id uuid not null,
  name text not null,
  value jsonb not null,
  annotated_at timestamp with time zone not null,
  constraint annotation_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64))),
  constraint annotation_pkey PRIMARY KEY (task_id, name)
) partition by RANGE (task_id);

create table tasker.attempt (
  task_id uuid not null,
  step integer not null,
  attempt smallint not null,
  outcome tasker.attempt_outcome not null,
  worker integer not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  retry_at timestamp with time zone,
  result jsonb,
  metadata jsonb,
  error jsonb,
  constraint attempt_attempt_check CHECK ((attempt >= 1)),
  constraint attempt_check CHECK (((outcome = 'complete'::tasker.attempt_outcome) = (error IS NULL))),
  constraint attempt_check1 CHECK (((retry_at IS NULL) OR (outcome = 'error'::tasker.attempt_outcome))),
  constraint attempt_pkey PRIMARY KEY (task_id, step, attempt)
) partition by RANGE (task_id);

create table tasker.join_counter (
  task_id uuid not null,
  step integer not null,
  parents integer not null,
  remaining integer not null,
  blocked boolean not null,
  constraint join_counter_remaining_check CHECK ((remaining >= 0)),
  constraint join_counter_pkey PRIMARY KEY (task_id, step)
) with (autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=1000, fillfactor=60);

create table tasker.lease (
  worker integer not null,
  seq bigint not null,
  since timestamp with time zone not null,
  tasks uuid[] not null,
  steps integer[] not null,
  attempts smallint[] not null,
  revoked boolean default false not null,
  constraint lease_check CHECK (((cardinality(tasks) = cardinality(steps)) AND (cardinality(tasks) = cardinality(attempts)))),
  constraint lease_pkey PRIMARY KEY (worker, seq)
) with (autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=500, fillfactor=70);

create table tasker.namespace (
  id integer generated always as identity not null,
  name text not null,
  description text,
  constraint namespace_description_check CHECK ((length(description) <= 255)),
  constraint namespace_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64))),
  constraint namespace_pkey PRIMARY KEY (id),
  constraint namespace_name_key UNIQUE (name)
);

create table tasker.object_map (
  system_one text collate "C" not null,
  id_one text collate "C" not null,
  system_two text collate "C" not null,
  id_two text collate "C" not null,
  mapped_at timestamp with time zone not null,
  constraint object_map_check CHECK ((ROW(system_one, id_one) < ROW(system_two, id_two))),
  constraint object_map_id_one_check CHECK (((length(id_one) >= 1) AND (length(id_one) <= 128))),
  constraint object_map_id_two_check CHECK (((length(id_two) >= 1) AND (length(id_two) <= 128))),
  constraint object_map_system_one_check CHECK (((length(system_one) >= 1) AND (length(system_one) <= 64))),
  constraint object_map_system_two_check CHECK (((length(system_two) >= 1) AND (length(system_two) <= 64))),
  constraint object_map_pkey PRIMARY KEY (system_one, id_one, system_two, id_two)
);

create table tasker.queue (
  id integer generated always as identity not null,
  namespace_id integer not null,
  handler text not null,
  constraint queue_handler_check CHECK (((length(handler) >= 1) AND (length(handler) <= 500))),
  constraint queue_namespace_id_fkey FOREIGN KEY (namespace_id) REFERENCES tasker.namespace(id),
  constraint queue_pkey PRIMARY KEY (id),
  constraint queue_namespace_id_handler_key UNIQUE (namespace_id, handler)
);

create table tasker.ready (
  task_id uuid not null,
  step integer not null,
  attempt smallint not null,
  queue integer not null,
  priority smallint not null,
  waiting boolean not null,
  due_at timestamp with time zone not null,
  constraint ready_attempt_check CHECK ((attempt >= 1)),
  constraint ready_pkey PRIMARY KEY (task_id, step)
) with (autovacuum_analyze_scale_factor=0.2, autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=2000, fillfactor=70);

create table tasker.revision (
  id integer generated always as identity not null,
  template_id integer not null,
  number integer not null,
  hash text not null,
  document jsonb not null,
  created_at timestamp with time zone not null,
  derived_from integer,
  constraint revision_hash_check CHECK ((length(hash) = 64)),
  constraint revision_number_check CHECK ((number >= 1)),
  constraint revision_derived_from_fkey FOREIGN KEY (derived_from) REFERENCES tasker.revision(id),
  constraint revision_template_id_fkey FOREIGN KEY (template_id) REFERENCES tasker.template(id),
  constraint revision_pkey PRIMARY KEY (id)
);

create table tasker.revision_edge (
  revision_id integer not null,
  parent integer not null,
  child integer not null,
  child_parents integer not null,
  constraint revision_edge_check CHECK (((child > parent) OR (child = '-1'::integer))),
  constraint revision_edge_child_parents_check CHECK ((child_parents >= 1)),
  constraint revision_edge_parent_check CHECK ((parent >= 0)),
  constraint revision_edge_revision_id_fkey FOREIGN KEY (revision_id) REFERENCES tasker.revision(id),
  constraint revision_edge_pkey PRIMARY KEY (revision_id, parent, child)
);

create table tasker.revision_step (
  revision_id integer not null,
  step integer not null,
  name text not null,
  queue_id integer not null,
  max_attempts smallint not null,
  retryable boolean not null,
  skippable boolean not null,
  dependent_system text not null,
  level integer not null,
  constraint revision_step_level_check CHECK ((level >= 0)),
  constraint revision_step_max_attempts_check CHECK ((max_attempts >= 1)),
  constraint revision_step_step_check CHECK ((step >= 0)),
  constraint revision_step_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES tasker.queue(id),
  constraint revision_step_revision_id_fkey FOREIGN KEY (revision_id) REFERENCES tasker.revision(id),
  constraint revision_step_pkey PRIMARY KEY (revision_id, step),
  constraint revision_step_revision_id_name_key UNIQUE (revision_id, name)
);

create table tasker.step_edit (
  task_id uuid not null,
  step integer not null,
  max_attempts smallint,
  skip boolean default false not null,
  decided tasker.action_kind,
  inputs jsonb,
  timeout_ms integer,
  attempt_limit smallint,
  constraint step_edit_attempt_limit_check CHECK ((attempt_limit >= 1)),
  constraint step_edit_decided_check CHECK ((decided = ANY (ARRAY['resolve'::tasker.action_kind, 'cancel'::tasker.action_kind]))),
  constraint step_edit_max_attempts_check CHECK ((max_attempts >= 1)),
  constraint step_edit_timeout_ms_check CHECK ((timeout_ms >= 1)),
  constraint step_edit_pkey PRIMARY KEY (task_id, step)
);

create table tasker.task (
  id uuid not null,
  revision_id integer not null,
  priority smallint default 0 not null,
  context jsonb not null,
  created_at timestamp with time zone not null,
  correlation_id text,
  parent_correlation_id text,
  idempotency_key text,
  initiator text,
  source_system text,
  reason text,
  tags text[],
  traceparent text,
  constraint task_context_check CHECK ((jsonb_typeof(context) = 'object'::text)),
  constraint task_correlation_id_check CHECK (((length(correlation_id) >= 1) AND (length(correlation_id) <= 100))),
  constraint task_idempotency_key_check CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255))),
  constraint task_initiator_check CHECK ((length(initiator) <= 128)),
  constraint task_parent_correlation_id_check CHECK (((length(parent_correlation_id) >= 1) AND (length(parent_correlation_id) <= 100))),
  constraint task_priority_check CHECK (((priority >= '-100'::integer) AND (priority <= 100))),
  constraint task_reason_check CHECK ((length(reason) <= 128)),
  constraint task_source_system_check CHECK ((length(source_system) <= 128)),
  constraint task_traceparent_check CHECK ((length(traceparent) = 55)),
  constraint task_pkey PRIMARY KEY (id)
) partition by RANGE (id);

create table tasker.task_key (
  key bytea not null,
  task_id uuid not null,
  fingerprint bytea not null,
  constraint task_key_fingerprint_check CHECK ((length(fingerprint) = 32)),
  constraint task_key_key_check CHECK ((length(key) = 32)),
  constraint task_key_pkey PRIMARY KEY (key)
);

create table tasker.task_outcome (
  task_id uuid not null,
  state tasker.task_state not null,
  finished_at timestamp with time zone not null,
  constraint task_outcome_state_check CHECK ((state = ANY (ARRAY['complete'::tasker.task_state, 'error'::tasker.task_state, 'cancelled'::tasker.task_state, 'resolved_manually'::tasker.task_state]))),
  constraint task_outcome_pkey PRIMARY KEY (task_id)
) partition by RANGE (task_id);

create table tasker.template (
  id integer generated always as identity not null,
  namespace_id integer not null,
  name text not null,
  version text not null,
  constraint template_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
  constraint template_version_check CHECK (((length(version) >= 5) AND (length(version) <= 64))),
  constraint template_namespace_id_fkey FOREIGN KEY (namespace_id) REFERENCES tasker.namespace(id),
  constraint template_pkey PRIMARY KEY (id),
  constraint template_namespace_id_name_version_key UNIQUE (namespace_id, name, version)
);

create table tasker.together (
  one text not null,
  other text not null,
  week timestamp with time zone not null,
  constraint together_pkey PRIMARY KEY (one, other, week)
);

create table tasker.worker (
  id integer generated always as identity not null,
  name text not null,
  state tasker.worker_state default 'running'::tasker.worker_state not null,
  namespaces text[] not null,
  queues integer[] not null,
  concurrency integer not null,
  lease_ms integer not null,
  started_at timestamp with time zone not null,
  heartbeat_at timestamp with time zone not null,
  info jsonb default '{}'::jsonb not null,
  constraint worker_concurrency_check CHECK ((concurrency >= 1)),
  constraint worker_lease_ms_check CHECK ((lease_ms > 0)),
  constraint worker_pkey PRIMARY KEY (id)
) with (fillfactor=50);

CREATE INDEX action_recent ON ONLY tasker.action USING brin (at) WITH (pages_per_range='16', autosummarize='on');

CREATE INDEX action_step ON ONLY tasker.action USING btree (task_id, step, id) WHERE (step IS NOT NULL);

CREATE INDEX annotation_name ON ONLY tasker.annotation USING btree (name, task_id);

CREATE INDEX annotation_value ON ONLY tasker.annotation USING gin (value jsonb_path_ops);

CREATE INDEX attempt_failed ON ONLY tasker.attempt USING btree (task_id, step) WHERE ((outcome = 'error'::tasker.attempt_outcome) AND (retry_at IS NULL));

CREATE INDEX attempt_recent ON ONLY tasker.attempt USING brin (finished_at) WITH (pages_per_range='16', autosummarize='on');

CREATE INDEX object_map_other ON tasker.object_map USING btree (system_two, id_two);

CREATE INDEX ready_later ON tasker.ready USING btree (due_at) WHERE waiting;

CREATE INDEX ready_next ON tasker.ready USING btree (queue, priority DESC, due_at, task_id, step) WHERE (NOT waiting);

CREATE UNIQUE INDEX revision_derived ON tasker.revision USING btree (derived_from, hash) WHERE (derived_from IS NOT NULL);

CREATE INDEX revision_edge_child ON tasker.revision_edge USING btree (revision_id, child, parent);

CREATE UNIQUE INDEX revision_number ON tasker.revision USING btree (template_id, number) WHERE (derived_from IS NULL);

CREATE INDEX revision_template ON tasker.revision USING btree (template_id);

CREATE INDEX task_correlation ON ONLY tasker.task USING btree (correlation_id, id) WHERE (correlation_id IS NOT NULL);

CREATE INDEX task_initiator ON ONLY tasker.task USING btree (initiator, id) WHERE (initiator IS NOT NULL);

CREATE INDEX task_key_task ON tasker.task_key USING btree (task_id);

CREATE INDEX task_outcome_recent ON ONLY tasker.task_outcome USING brin (finished_at) WITH (pages_per_range='16', autosummarize='on');

CREATE INDEX task_outcome_trouble ON ONLY tasker.task_outcome USING btree (state, task_id) WHERE (state <> 'complete'::tasker.task_state);

CREATE INDEX task_parent_correlation ON ONLY tasker.task USING btree (parent_correlation_id) WHERE ((parent_correlation_id IS NOT NULL) AND (parent_correlation_id IS DISTINCT FROM correlation_id));

CREATE INDEX task_recent ON ONLY tasker.task USING brin (created_at) WITH (pages_per_range='16', autosummarize='on');

CREATE INDEX task_revision ON ONLY tasker.task USING btree (revision_id, id);

CREATE INDEX task_tags ON ONLY tasker.task USING gin (tags) WHERE (tags IS NOT NULL);

CREATE INDEX worker_alive ON tasker.worker USING btree (id) WHERE (state = ANY (ARRAY['running'::tasker.worker_state, 'stopping'::tasker.worker_state]));

create view tasker.open_task as
 SELECT r.task_id
   FROM tasker.ready r
UNION
 SELECT u.task_id
   FROM (tasker.lease l
     CROSS JOIN LATERAL unnest(l.tasks) u(task_id))
  WHERE (NOT (EXISTS ( SELECT 1
           FROM tasker.task_outcome o
          WHERE (o.task_id = u.task_id))))
UNION
 SELECT j.task_id
   FROM tasker.join_counter j;

create view tasker.step_transitions as
 SELECT t.id AS task_id,
    x.workflow_step_id,
    x.name,
    x.sort_key,
    x.most_recent,
    x.from_state,
    x.to_state,
    x.created_at,
    x.metadata
   FROM (tasker.task t
     CROSS JOIN LATERAL tasker.step_transitions_of(t.id) x(workflow_step_id, name, sort_key, most_recent, from_state, to_state, created_at, metadata));

create view tasker.task_transitions as
 SELECT t.id AS task_id,
    x.sort_key,
    x.most_recent,
    x.from_state,
    x.to_state,
    x.created_at,
    x.metadata
   FROM (tasker.task t
     CROSS JOIN LATERAL tasker.task_transitions_of(t.id) x(sort_key, most_recent, from_state, to_state, created_at, metadata));

create view tasker.tasks as
 SELECT t.id AS task_id,
    n.name AS namespace,
    m.name,
    m.version,
    ((((n.name || '.'::text) || m.name) || '@'::text) || m.version) AS full_name,
    r.number AS revision,
    tasker.state_of(t.id) AS status,
    COALESCE((o.state = 'complete'::tasker.task_state), false) AS complete,
    t.priority,
    t.context,
    t.initiator,
    t.source_system,
    t.reason,
    COALESCE(t.tags, '{}'::text[]) AS tags,
    t.correlation_id,
    t.parent_correlation_id,
    t.idempotency_key,
    t.created_at AS requested_at,
    t.created_at,
    o.finished_at,
    t.traceparent
   FROM ((((tasker.task t
     JOIN tasker.revision r ON ((r.id = t.revision_id)))
     JOIN tasker.template m ON ((m.id = r.template_id)))
     JOIN tasker.namespace n ON ((n.id = m.namespace_id)))
     LEFT JOIN tasker.task_outcome o ON ((o.task_id = t.id)));

create view tasker.workflow_step_edges as
 SELECT t.id AS task_id,
    tasker.step_id(t.id, e.parent) AS from_step_id,
    tasker.step_id(t.id, e.child) AS to_step_id,
    p.name AS from_name,
    c.name AS to_name,
    'provides'::text AS name
   FROM (((tasker.task t
     JOIN tasker.revision_edge e ON (((e.revision_id = t.revision_id) AND (e.child >= 0))))
     JOIN tasker.revision_step p ON (((p.revision_id = t.revision_id) AND (p.step = e.parent))))
     JOIN tasker.revision_step c ON (((c.revision_id = t.revision_id) AND (c.step = e.child))));

create view tasker.workflow_steps as
 SELECT s.step_id AS workflow_step_id,
    t.id AS task_id,
    s.step AS named_step_id,
    s.name,
    s.state AS status,
    s.attempts,
    s.max_attempts AS retry_limit,
    s.retryable,
    s.skippable,
    (s.state = 'in_progress'::text) AS in_process,
    (s.state = ANY (ARRAY['complete'::text, 'resolved_manually'::text, 'skipped'::text])) AS processed,
        CASE
            WHEN (s.state = ANY (ARRAY['complete'::text, 'resolved_manually'::text, 'skipped'::text])) THEN s.finished_at
            ELSE NULL::timestamp with time zone
        END AS processed_at,
    s.last_attempted_at,
    (s.backoff_ms / (1000)::double precision) AS backoff_request_seconds,
    s.next_attempt_at,
    s.started_at,
    s.finished_at,
    s.duration_ms,
    s.worker,
    s.inputs,
    s.result AS results,
    s.error,
    s.namespace,
    s.handler,
    s.dependent_system,
    s.level AS dependency_level,
    ARRAY( SELECT tasker.step_id(t.id, p.step) AS step_id
           FROM unnest(s.parents) p(step)) AS parent_step_ids,
    ARRAY( SELECT tasker.step_id(t.id, c.step) AS step_id
           FROM unnest(s.children) c(step)) AS child_step_ids
   FROM (tasker.task t
     CROSS JOIN LATERAL tasker.step_states(t.id) s(task_id, step, step_id, name, state, namespace, handler, queue, dependent_system, level, retryable, skippable, attempts, max_attempts, waits, ready, held, due_at, next_attempt_at, failed_for_good, passed, circuit, started_at, finished_at, duration_ms, last_attempted_at, last_failed_at, backoff_ms, worker_id, worker, actor, reason, result, metadata, error, inputs, parents, children, passed_parents));

CREATE OR REPLACE FUNCTION tasker.advance(p_worker integer, p_seq bigint, p_checked boolean, p_touched bigint[], p_closed bigint[], s_task uuid[], s_step integer[], s_attempt smallint[], s_began double precision[], s_ended double precision[], s_result jsonb[], s_metadata jsonb[], p_others jsonb, d_task uuid[], d_step integer[], d_queue integer[], d_priority smallint[], d_mine integer, j_task uuid[], j_step integer[], j_parents integer[], j_blocked boolean[], j_queue integer[], j_priority smallint[], j_mine boolean[], f_task uuid[], p_keep integer, p_want integer, p_queues integer[], OUT kept_task uuid[], OUT kept_step integer[], OUT taken_task uuid[], OUT taken_step integer[], OUT taken_attempt smallint[], OUT left_waiting integer, OUT finished_task uuid[], OUT finished_state text[], OUT edits jsonb, OUT dry boolean, OUT next_due_ms double precision)
 RETURNS record
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_bitmapscan TO 'off'
 SET jit TO 'off'
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.blocked_end(p_task uuid)
 RETURNS text
 LANGUAGE sql
AS $function$
  select case when exists (
    select 1 from tasker.attempt a
     where a.task_id = p_task and a.outcome = 'error' and a.retry_at is null
       and not exists (select 1 from tasker.attempt b
                        where b.task_id = p_task and b.step = a.step and b.attempt > a.attempt)
       and not exists (select 1 from tasker.action c
                        where c.task_id = p_task and c.step = a.step and c.kind <> 'edit' and c.attempts >= a.attempt))
  then 'error' else 'cancelled' end
$function$
;

CREATE OR REPLACE FUNCTION tasker.circuits(p_limit integer DEFAULT 1000)
 RETURNS TABLE(dependent_system text, closed bigint, open bigint, half_open bigint)
 LANGUAGE sql
 STABLE
AS $function$
  select s.dependent_system, count(*) filter (where s.circuit = 'closed'), count(*) filter (where s.circuit = 'open'),
         count(*) filter (where s.circuit = 'half_open')
    from tasker.step_states_of(array(
           (select o.task_id from tasker.open_task o order by o.task_id desc limit p_limit)
           union all
           (select o.task_id from tasker.task_outcome o where o.state = 'error' order by o.task_id desc limit p_limit)), false) s
   group by s.dependent_system
   order by s.dependent_system
$function$
;

CREATE OR REPLACE FUNCTION tasker.close_week()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
AS $function$
declare
  v record;
begin
  for v in
    select c.oid, c.relname as name, x.week
      from pg_catalog.pg_inherits i
      join pg_catalog.pg_class c on c.oid = i.inhrelid
     cross join lateral (select to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'utc' as week) x
     where i.inhparent = 'tasker.task'::regclass and not i.inhdetachpending
       and x.week + interval '8 days' <= tasker.now()
       and not exists (select 1 from pg_catalog.pg_trigger g where g.tgrelid = c.oid and g.tgname = 'note_together')
     order by x.week desc
  loop
    begin
      execute format('lock table tasker.%I in share row exclusive mode nowait', v.name);
    exception when lock_not_available or undefined_table then
      continue;
    end;
    -- another process may have been faster
    continue when exists (select 1 from pg_catalog.pg_trigger g where g.tgrelid = v.oid and g.tgname = 'note_together');
    execute format('create trigger note_together after insert or update of revision_id, initiator, tags on tasker.%I
                    for each row execute function tasker.note_together(%L)', v.name, v.week);
    execute format($sql$
      with kind as materialized (
             select r.template_id, t.initiator, t.tags, count(*) as tasks
               from tasker.%I t join tasker.revision r on r.id = t.revision_id
              where t.initiator is not null or t.tags is not null group by 1, 2, 3),
           common as materialized (
             select v.value from kind k
              cross join lateral (select 'initiator ' || k.initiator where length(k.initiator) <= 128
                                  union all
                                  select 'tag ' || u.tag from unnest(k.tags) u(tag) where length(u.tag) <= 128) v(value)
              group by v.value having sum(k.tasks) >= 500)
      insert into tasker.together
        select c.value, '', $1 from common c
        union all
        select distinct p.one, p.other, $1
          from kind k
         cross join lateral tasker.pairs_of(k.template_id, k.initiator, k.tags) p
         where p.one in (select c.value from common c)
           and (p.other like 'template %%' or p.other in (select c.value from common c))
      on conflict do nothing $sql$, v.name) using v.week;
    return v.week;
  end loop;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION tasker.count_history(p_table regclass, p_condition text, p_exact integer, OUT n bigint, OUT approximate boolean)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.dependency_levels(p_task uuid)
 RETURNS TABLE(workflow_step_id uuid, dependency_level integer)
 LANGUAGE sql
 STABLE
AS $function$
  select tasker.step_id(t.id, s.step), s.level
    from tasker.task t join tasker.revision_step s on s.revision_id = t.revision_id
   where t.id = p_task
   order by s.level, s.step
$function$
;

CREATE OR REPLACE FUNCTION tasker.ensure_partitions(p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.error_phrase(p_error jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  -- Node.js begins the messages of its system errors with their codes.
  select coalesce(nullif(concat_ws(': ',
           case when starts_with(p_error ->> 'message', (p_error ->> 'code') || ': ') then null else p_error ->> 'code' end,
           rtrim(left(p_error ->> 'message', 200), '.')), ''), 'no error was recorded')
$function$
;

CREATE OR REPLACE FUNCTION tasker.execution_context(p_task uuid)
 RETURNS TABLE(task_id uuid, named_task_id integer, status text, total_steps integer, pending_steps integer, in_progress_steps integer, completed_steps integer, failed_steps integer, ready_steps integer, execution_status text, recommended_action text, completion_percentage double precision, health_status text, cancelled_steps integer, backoff_steps integer, blocked_steps integer)
 LANGUAGE sql
 STABLE
AS $function$
  select * from tasker.execution_contexts_of(array[p_task])
$function$
;

CREATE OR REPLACE FUNCTION tasker.execution_contexts_of(p_tasks uuid[])
 RETURNS TABLE(task_id uuid, named_task_id integer, status text, total_steps integer, pending_steps integer, in_progress_steps integer, completed_steps integer, failed_steps integer, ready_steps integer, execution_status text, recommended_action text, completion_percentage double precision, health_status text, cancelled_steps integer, backoff_steps integer, blocked_steps integer)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.explain(p_id uuid, p_step text DEFAULT NULL::text)
 RETURNS TABLE(step_id uuid, step text, kind text, reason text, remedy text, until timestamp with time zone, detail jsonb)
 LANGUAGE sql
 STABLE
AS $function$
  select e.*
    from (select substr(p_id::text, 15, 1) = '8' as is_step) i
   cross join lateral tasker.explain_steps(
     case when i.is_step then (left(p_id::text, 14) || '7' || substr(p_id::text, 16, 16) || '00000')::uuid else p_id end,
     case when p_step is not null then array[p_step] when i.is_step then array[p_id::text] end) e
$function$
;

CREATE OR REPLACE FUNCTION tasker.explain_steps(p_task uuid, p_steps text[])
 RETURNS TABLE(step_id uuid, step text, kind text, reason text, remedy text, until timestamp with time zone, detail jsonb)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_mergejoin TO 'off'
 SET jit TO 'off'
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.health_counts(p_sample integer DEFAULT 1000)
 RETURNS TABLE(total_tasks bigint, pending_tasks bigint, in_progress_tasks bigint, complete_tasks bigint, error_tasks bigint, cancelled_tasks bigint, resolved_tasks bigint, total_steps bigint, pending_steps bigint, in_progress_steps bigint, complete_steps bigint, error_steps bigint, cancelled_steps bigint, retryable_error_steps bigint, exhausted_retry_steps bigint, in_backoff_steps bigint, active_connections integer, max_connections integer, approximate boolean)
 LANGUAGE plpgsql
 STABLE
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET jit TO 'off'
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.id_floor(p_at timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-0000-0000-000000000000')::uuid
    from (select lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0') as h) x
$function$
;

CREATE OR REPLACE FUNCTION tasker.is_news(p_xmin xid, p_since pg_snapshot)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select not pg_visible_in_snapshot(
    (x.top - ((x.top - p_xmin::text::bigint) & 4294967295))::text::xid8, p_since)
    from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as top) x
$function$
;

CREATE OR REPLACE FUNCTION tasker.note_together()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into tasker.together
    select p.one, p.other, tg_argv[0]::timestamptz
      from tasker.revision r
     cross join lateral tasker.pairs_of(r.template_id, new.initiator, new.tags) p
     where r.id = new.revision_id
  on conflict do nothing;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION tasker.now()
 RETURNS timestamp with time zone
 LANGUAGE sql
AS $function$select clock_timestamp()$function$
;

CREATE OR REPLACE FUNCTION tasker.pairs_of(p_template integer, p_initiator text, p_tags text[])
 RETURNS TABLE(one text, other text)
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select 'initiator ' || p_initiator, 'template ' || p_template where length(p_initiator) <= 128
  union all
  select 'tag ' || u.tag, x.other
    from unnest(p_tags) u(tag)
   cross join (values ('template ' || p_template), (case when length(p_initiator) <= 128 then 'initiator ' || p_initiator end)) x(other)
   where length(u.tag) <= 128 and x.other is not null
$function$
;

CREATE OR REPLACE FUNCTION tasker.partition_start(p_at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select to_timestamp(floor(extract(epoch from p_at) / 604800) * 604800)
$function$
;

CREATE OR REPLACE FUNCTION tasker.state_of(p_task uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.step_id(p_task uuid, p_step integer)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select (left(p_task::text, 14) || '8' || substr(p_task::text, 16, 16) || lpad(to_hex(p_step), 5, '0'))::uuid
$function$
;

CREATE OR REPLACE FUNCTION tasker.step_readiness(p_task uuid, p_steps uuid[] DEFAULT NULL::uuid[])
 RETURNS TABLE(workflow_step_id uuid, task_id uuid, named_step_id integer, name text, current_state text, dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean, last_failure_at timestamp with time zone, next_retry_at timestamp with time zone, total_parents integer, completed_parents integer, attempts integer, retry_limit integer, backoff_request_seconds double precision, last_attempted_at timestamp with time zone)
 LANGUAGE sql
 STABLE
AS $function$
  select * from tasker.step_readiness_of(array[p_task], p_steps)
$function$
;

CREATE OR REPLACE FUNCTION tasker.step_readiness_of(p_tasks uuid[], p_steps uuid[] DEFAULT NULL::uuid[])
 RETURNS TABLE(workflow_step_id uuid, task_id uuid, named_step_id integer, name text, current_state text, dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean, last_failure_at timestamp with time zone, next_retry_at timestamp with time zone, total_parents integer, completed_parents integer, attempts integer, retry_limit integer, backoff_request_seconds double precision, last_attempted_at timestamp with time zone)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.step_states(p_task uuid)
 RETURNS SETOF tasker.step_info
 LANGUAGE sql
 STABLE
AS $function$
  select * from tasker.step_states_of(array[p_task])
$function$
;

CREATE OR REPLACE FUNCTION tasker.step_states_of(p_tasks uuid[], p_data boolean DEFAULT true)
 RETURNS SETOF tasker.step_info
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_mergejoin TO 'off'
 SET jit TO 'off'
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.step_transitions_of(p_task uuid)
 RETURNS TABLE(workflow_step_id uuid, name text, sort_key integer, most_recent boolean, from_state text, to_state text, created_at timestamp with time zone, metadata jsonb)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.task_ends(p_task uuid)
 RETURNS TABLE(nr integer, nr_of_state integer, state text, at timestamp with time zone, metadata jsonb)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.task_history(p_task uuid)
 RETURNS TABLE(at timestamp with time zone, id text, kind text, step_id uuid, step text, attempt integer, worker text, actor text, reason text, duration_ms double precision, retry_at timestamp with time zone, result jsonb, error jsonb)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.task_transitions_of(p_task uuid)
 RETURNS TABLE(sort_key integer, most_recent boolean, from_state text, to_state text, created_at timestamp with time zone, metadata jsonb)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION tasker.utc(p_at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$function$
;
