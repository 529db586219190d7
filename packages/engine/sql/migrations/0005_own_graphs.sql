-- Breaking: no. Locks: on revision, for as long as it takes to build indexes over the templates that there are.
--
-- A task whose submission changed its graph (onSubmit) runs by a revision of its own, derived from that of its
-- template. Equal graphs share one. New tasks never get such a revision by name or version; whatever follows a task
-- (views, explain, advance) finds its graph as it finds any other.

alter table tasker.revision add column derived_from int references tasker.revision;

-- A derived revision has the number of the one that it comes from.
alter table tasker.revision drop constraint revision_template_id_number_key;
create unique index revision_number on tasker.revision (template_id, number) where derived_from is null;
create unique index revision_derived on tasker.revision (derived_from, hash) where derived_from is not null;
-- All revisions of a template, for lists of its tasks.
create index revision_template on tasker.revision (template_id);
