-- Breaking: no. Locks: on the tables of history, for as long as it takes to build small indexes over them.
--
-- Following history as it is written. The times of facts do not tell when they were committed: a worker records what
-- ended a while ago, a transaction may stay open. The snapshot up to which somebody has read tells it exactly.

-- Block ranges, because rows come nearly in the order of time: they cost next to nothing to write.
create index task_recent on tasker.task using brin (created_at) with (pages_per_range = 16, autosummarize = on);
create index attempt_recent on tasker.attempt using brin (finished_at) with (pages_per_range = 16, autosummarize = on);
create index task_outcome_recent on tasker.task_outcome using brin (finished_at) with (pages_per_range = 16, autosummarize = on);
create index action_recent on tasker.action using brin (at) with (pages_per_range = 16, autosummarize = on);

-- Whether what wrote a row was not committed yet when the snapshot was taken. A row knows 32 bits of its transaction;
-- the others are those of the present, unless that is four thousand million transactions away.
create function tasker.is_news(p_xmin xid, p_since pg_snapshot) returns boolean language sql stable as $$
  select not pg_visible_in_snapshot(
    (x.top - ((x.top - p_xmin::text::bigint) & 4294967295))::text::xid8, p_since)
    from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as top) x
$$;
