-- Breaking: no. Locks: none.
--
-- What the tasks of a week that is over have together, so that a list with two filters passes over the weeks in which
-- no task has both. No index knows that: each filter may leave a hundred thousand tasks, and none have both.

-- `one` and `other` are values of tasks: `initiator anna`, `tag urgent`, `template 7`. Where `other` is empty, so many
-- tasks of the week have `one` that what it was together with was written down; of values that few have it was not,
-- because those few are soon looked at. There may be more pairs than there are tasks with them, never fewer.
create table tasker.together (
  one text not null,
  other text not null,
  week timestamptz not null,
  primary key (one, other, week)
);

-- Longer values come from nobody who submits tasks, and might not fit into the index.
create function tasker.pairs_of(p_template int, p_initiator text, p_tags text[])
returns table (one text, other text) language sql immutable as $$
  select 'initiator ' || p_initiator, 'template ' || p_template where length(p_initiator) <= 128
  union all
  select 'tag ' || u.tag, x.other
    from unnest(p_tags) u(tag)
   cross join (values ('template ' || p_template), (case when length(p_initiator) <= 128 then 'initiator ' || p_initiator end)) x(other)
   where length(u.tag) <= 128 and x.other is not null
$$;

-- Tasks that come into a closed week, or get other tags, say for themselves what they have together.
create function tasker.note_together() returns trigger language plpgsql as $$
begin
  insert into tasker.together
    select p.one, p.other, tg_argv[0]::timestamptz
      from tasker.revision r
     cross join lateral tasker.pairs_of(r.template_id, new.initiator, new.tags) p
     where r.id = new.revision_id
  on conflict do nothing;
  return null;
end
$$;

-- Closes one week that ended a day ago or earlier, and returns when it began; null: none is left that could be closed.
-- The lock ends when nobody has written tasks of that week that are not committed, and nobody writes any until the
-- trigger is there: so nothing is missed. It is not waited for. Nobody waits but whoever edits a task of that week.
create function tasker.close_week() returns timestamptz language plpgsql as $$
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
$$;
