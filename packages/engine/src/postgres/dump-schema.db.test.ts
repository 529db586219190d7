import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import { dumpSchema } from './dump-schema.ts';

describeEachDatabase((kind) => {
  it('the migrations make the schema that is committed, on every version of PostgreSQL', async () => {
    const { db } = await kind.fresh();
    const committed = readFileSync(new URL('../../sql/schema.sql', import.meta.url), 'utf8');
    expect(await dumpSchema(db), 'a migration changed: run `npm run schema:dump`').toBe(committed);
  });

  it('the dump shows every kind of change', async () => {
    const { db } = await kind.fresh({ empty: true });
    await db.script('create schema tasker; create table tasker.note (id int)');
    let dump = await dumpSchema(db);
    for (const change of [
      'alter table tasker.note add text text',
      `alter table tasker.note alter text set default 'x'`,
      'alter table tasker.note alter text set not null',
      `alter table tasker.note alter text type varchar(5) collate "C"`,
      'alter table tasker.note alter text set storage external',
      'alter table tasker.note add primary key (id)',
      'alter table tasker.note add constraint positive check (id > 0)',
      'alter table tasker.note set (fillfactor = 70)',
      'create index note_text on tasker.note (text)',
      'drop index tasker.note_text; create index note_text on tasker.note (text) where id > 1',
      'create view tasker.notes as select id from tasker.note',
      'create or replace view tasker.notes as select id + 1 - 1 as id from tasker.note',
      `create type tasker.mood as enum ('good')`,
      `alter type tasker.mood add value 'bad'`,
      'create type tasker.pair as (a int, b int)',
      'create sequence tasker.numbers',
      'create function tasker.f() returns int language sql as $$select 1$$',
      'create or replace function tasker.f() returns int language sql as $$select 2$$',
      'alter function tasker.f() stable',
      `create function tasker.t() returns trigger language plpgsql as 'begin return new; end'`,
      'create trigger touched before insert on tasker.note for each row execute function tasker.t()',
      `comment on column tasker.note.text is 'what was said'`,
      'create table tasker.part (id int) partition by range (id)',
      'alter table tasker.note add column number int generated always as identity',
    ]) {
      await db.script(change);
      const changed = await dumpSchema(db);
      expect(changed, `after: ${change}`).not.toBe(dump);
      dump = changed;
    }
  });

  it('partitions and the record of migrations are no part of it', async () => {
    const { db } = await kind.fresh({ empty: true });
    await db.script('create schema tasker; create table tasker.part (id int primary key) partition by range (id)');
    const dump = await dumpSchema(db);
    await db.script(`create table tasker.part_1 partition of tasker.part for values from (1) to (2);
      create table tasker.migration (version int)`);
    expect(await dumpSchema(db)).toBe(dump);
  });
});
