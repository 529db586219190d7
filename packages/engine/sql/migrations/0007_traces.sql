-- Breaking: no. Locks: on the tasks, for as long as it takes to build a small index over them.
--
-- What belongs to one request, across several Taskers.

-- Where in a distributed trace the task was asked for: the header `traceparent` of the W3C. Steps hand the trace on.
alter table tasker.task add column traceparent text check (length(traceparent) = 55);

-- Tasks under an id of their own that came of another request. Those that have the id of their parent are found by it.
create index task_parent_correlation on tasker.task (parent_correlation_id)
 where parent_correlation_id is not null and parent_correlation_id is distinct from correlation_id;

create or replace view tasker.tasks as
select t.id as task_id, n.name as namespace, m.name, m.version, n.name || '.' || m.name || '@' || m.version as full_name,
       r.number as revision, tasker.state_of(t.id) as status, coalesce(o.state = 'complete', false) as complete,
       t.priority, t.context, t.initiator, t.source_system, t.reason, coalesce(t.tags, '{}') as tags,
       t.correlation_id, t.parent_correlation_id, t.idempotency_key,
       t.created_at as requested_at, t.created_at, o.finished_at, t.traceparent
  from tasker.task t
  join tasker.revision r on r.id = t.revision_id
  join tasker.template m on m.id = r.template_id
  join tasker.namespace n on n.id = m.namespace_id
  left join tasker.task_outcome o on o.task_id = t.id;
