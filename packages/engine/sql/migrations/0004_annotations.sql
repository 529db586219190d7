-- Breaking: no. Locks: none on tables that hold anything.
--
-- What is worth knowing about a task besides what happened to it, and which objects of outside systems are the same.

-- One value per name: writing it again replaces it. A history table like the others: it goes with its task.
create table tasker.annotation (
  task_id uuid not null,
  name text not null check (length(name) between 1 and 64),
  value jsonb not null,
  annotated_at timestamptz not null,
  primary key (task_id, name)
) partition by range (task_id);
create index annotation_name on tasker.annotation (name, task_id);
create index annotation_value on tasker.annotation using gin (value jsonb_path_ops);

-- Room for the tasks that are there already.
select tasker.ensure_partitions(x.week, x.week)
  from (select to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'utc' as week
          from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'tasker.task'::regclass) x;

-- Two objects of outside systems that stand for the same thing. Kept in one order, so that a pair is there once
-- whichever way round it was told. By bytes, which no change of collation can turn round.
create table tasker.object_map (
  system_one text collate "C" not null check (length(system_one) between 1 and 64),
  id_one text collate "C" not null check (length(id_one) between 1 and 128),
  system_two text collate "C" not null check (length(system_two) between 1 and 64),
  id_two text collate "C" not null check (length(id_two) between 1 and 128),
  mapped_at timestamptz not null,
  primary key (system_one, id_one, system_two, id_two),
  check ((system_one, id_one) < (system_two, id_two))
);
create index object_map_other on tasker.object_map (system_two, id_two);
