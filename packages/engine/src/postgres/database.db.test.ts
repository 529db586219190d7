import { fc, test } from '@fast-check/vitest';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import { textArray } from './array-literal.ts';
import { isForeignKeyViolation, isMissingPartition, isUniqueViolation, sqlstate } from './sqlstate.ts';

// What the engine relies on, the same on every kind of database.
describeEachDatabase((kind) => {
  it('turns columns into JavaScript values', async () => {
    const { db } = await kind.fresh({ empty: true });
    const [row] = await db.query({
      text: `select 1::int2 as small, 2::int4 as number, 3::int8 as big, 9007199254740993::int8 as huge, 1.5::numeric as
        exact, 0.25::float8 as inexact, true as yes, null::int as nothing, '{"a":[1]}'::jsonb as json, '"x"'::json as
        plain_json, '2026-11-20 04:30:00.123456+02'::timestamptz as moment, 'infinity'::timestamptz as never,
        '0044-03-15 12:00:00+00 BC'::timestamptz as ides, '2026-11-20'::date as day, '\\xcafe'::bytea as bytes,
        '00000000-0000-7000-8000-000000000001'::uuid as id, '1 day'::interval as span, 'x'::name as name,
        '{1,NULL,3}'::int8[] as numbers, '{{a,b},{"c,\\"\\\\",NULL}}'::text[] as texts, '{}'::text[] as none,
        '[0:1]={1,2}'::int[] as bounded, array['{"a":1}'::jsonb] as documents, array[now()] <> '{}' as some`,
    });
    expect(row).toEqual({
      small: 1,
      number: 2,
      big: 3,
      huge: '9007199254740993',
      exact: 1.5,
      inexact: 0.25,
      yes: true,
      nothing: null,
      json: { a: [1] },
      plain_json: 'x',
      moment: new Date('2026-11-20T02:30:00.123Z'),
      never: new Date(8.64e15),
      ides: new Date('-000043-03-15T12:00:00Z'),
      day: '2026-11-20',
      bytes: Buffer.from('cafe', 'hex'),
      id: '00000000-0000-7000-8000-000000000001',
      span: '1 day',
      name: 'x',
      numbers: [1, null, 3],
      texts: [
        ['a', 'b'],
        ['c,"\\', null],
      ],
      none: [],
      bounded: [1, 2],
      documents: [{ a: 1 }],
      some: true,
    });
  });

  it('passes values as text that the server converts', async () => {
    const { db } = await kind.fresh({ empty: true });
    const statement = {
      name: 'values',
      text: `select $1::int as number, $2::boolean as flag, $3::jsonb as json, $4::text[] as texts,
        $5::timestamptz as moment, $6::bytea as bytes, $7::text as nothing, $8::int[] as numbers`,
    };
    const values = [5, true, '{"a":1}', '{a,"b c"}', '2026-11-20T04:30:00.123Z', '\\xcafe', null, '{1,2}'];
    const row = {
      number: 5,
      flag: true,
      json: { a: 1 },
      texts: ['a', 'b c'],
      moment: new Date('2026-11-20T04:30:00.123Z'),
      bytes: Buffer.from('cafe', 'hex'),
      nothing: null,
      numbers: [1, 2],
    };
    // Twice: the second time it is prepared.
    expect(await db.query(statement, values)).toEqual([row]);
    expect(await db.query(statement, values)).toEqual([row]);
  });

  test('returns any text, number and moment as it was sent', async () => {
    const { db } = await kind.fresh({ empty: true });
    const texts = fc.array(fc.option(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''))));
    const moments = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(texts, fc.maxSafeInteger(), moments, async (texts, number, moment) => {
        const rows = await db.query(
          { text: `select $1::text[] as texts, $2::int8 as number, $3::timestamptz as moment` },
          [textArray(texts), number, moment.toISOString()],
        );
        expect(rows).toEqual([{ texts, number, moment }]);
      }),
      { numRuns: 60 },
    );
  });

  it('passes moments, bytes, large numbers and lists, in lists too', async () => {
    const { db } = await kind.fresh({ empty: true });
    const moment = new Date('2026-11-20T04:30:00.123Z');
    const bytes = Buffer.from('cafe"\\\\', 'utf8');
    const texts = ['a', 'b c', '{"q\\', '', 'null', null, '1,2'];
    const values = [
      moment,
      bytes,
      9_007_199_254_740_993n,
      texts,
      [
        [1, 2],
        [3, 4],
      ],
      [moment],
      [bytes],
      [true, null],
      [],
    ];
    const [row] = await db.query(
      {
        text: `select $1::timestamptz as moment, $2::bytea as bytes, $3::int8 as big, $4::text[] as texts,
        $5::int[] as nested, $6::timestamptz[] = array[$1::timestamptz] as moments,
        $7::bytea[] = array[$2::bytea] as many, $8::boolean[] as flags, $9::text[] as none`,
      },
      values,
    );
    expect(row).toEqual({
      moment,
      bytes,
      big: '9007199254740993',
      texts,
      nested: [
        [1, 2],
        [3, 4],
      ],
      moments: true,
      many: true,
      flags: [true, null],
      none: [],
    });
  });

  it('commits a transaction that succeeds and rolls back one that throws', async () => {
    const { db } = await kind.fresh({ empty: true });
    await db.script('create table note (id int primary key)');
    const returned = await db.transaction(async (tx) => {
      await tx.query({ text: 'insert into note values ($1)' }, [1]);
      return 'returned';
    });
    expect(returned).toBe('returned');
    const failing = db.transaction(async (tx) => {
      await tx.query({ text: 'insert into note values ($1)' }, [2]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await db.query({ text: 'select id from note' })).toEqual([{ id: 1 }]);
  });

  it('does not take a transaction for committed in which a statement failed unnoticed', async () => {
    const { db } = await kind.fresh({ empty: true });
    await db.script('create table note (id int primary key)');
    const failing = db.transaction(async (tx) => {
      await tx.query({ text: 'insert into note values (1)' });
      await tx.query({ text: 'select 1/0' }).catch(() => undefined);
    });
    await expect(failing).rejects.toThrow(/rolled back|aborted/i);
    expect(await db.query({ text: 'select id from note' })).toEqual([]);
    expect(await db.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  });

  it('runs the queries of a transaction one after another, also when they were not awaited one by one', async () => {
    const { db } = await kind.fresh({ empty: true });
    const rows = await db.transaction((tx) =>
      Promise.all([1, 2, 3, 4].map((number) => tx.query({ text: 'select $1::int as number' }, [number]))),
    );
    expect(rows).toEqual([[{ number: 1 }], [{ number: 2 }], [{ number: 3 }], [{ number: 4 }]]);
  });

  it('refuses queries of a transaction that has ended', async () => {
    const { db } = await kind.fresh({ empty: true });
    const tx = await db.transaction(async (tx) => tx);
    await expect(tx.query({ text: 'select 1' })).rejects.toThrow(/transaction .*(ended|closed)/i);
  });

  it('runs a script of several statements, in a transaction and out of it, all or nothing', async () => {
    const { db } = await kind.fresh({ empty: true });
    await db.script('create table note (id int); insert into note values (1); insert into note values (2)');
    await expect(db.script('insert into note values (3); select 1/0')).rejects.toThrow(/division by zero/);
    await expect(db.script('begin; insert into note values (4); select 1/0')).rejects.toThrow(/division by zero/);
    await db.transaction((tx) => tx.script('insert into note values (5); insert into note values (6)'));
    expect(await db.query({ text: 'select id from note order by id' })).toEqual([1, 2, 5, 6].map((id) => ({ id })));
  });

  it('gives errors their SQLSTATE and constraint', async () => {
    const { db } = await kind.fresh({ empty: true });
    await db.script(`
      create table parent (id int constraint parent_key primary key);
      create table child (id int constraint child_parent references parent);
      create table part (id int) partition by range (id);
      insert into parent values (1)`);
    const fail = (text: string) => db.query({ text }).catch((error: unknown) => error);
    expect(isUniqueViolation(await fail('insert into parent values (1)'), 'parent_key')).toBe(true);
    expect(isForeignKeyViolation(await fail('insert into child values (2)'), 'child_parent')).toBe(true);
    expect(isMissingPartition(await fail('insert into part values (1)'))).toBe(true);
    expect(sqlstate(await fail('select nothing'))).toBe('42703');
    expect(sqlstate(await fail(`do $$ begin raise exception 'no' using errcode = 'TK001'; end $$`))).toBe('TK001');
  });

  it('hears notifications until told to stop', async () => {
    const { db } = await kind.fresh({ empty: true });
    const heard: string[] = [];
    const next = () => new Promise<void>((resolve) => (onMessage = resolve));
    let onMessage = () => undefined as void;
    const stop = await db.listen('Some "channel"', (payload) => {
      heard.push(payload);
      onMessage();
    });
    const notify = (payload: string) => db.query({ text: 'select pg_notify($1, $2)' }, ['Some "channel"', payload]);
    let message = next();
    await notify('one');
    await message;
    message = next();
    await db.transaction(async (tx) => {
      await tx.query({ text: 'select pg_notify($1, $2)' }, ['Some "channel"', 'two']);
    });
    await message;
    await stop();
    await notify('three');
    await db.query({ text: 'select 1' });
    expect(heard).toEqual(['one', 'two']);
  });

  it('lets several listen to one channel, and a failing listener harm nobody', async () => {
    const { db } = await kind.fresh({ empty: true });
    let resolve = () => undefined as void;
    const heard = new Promise<void>((done) => (resolve = done));
    const stopFirst = await db.listen('news', () => {
      throw new Error('not now');
    });
    await db.listen('news', resolve);
    await db.query({ text: `select pg_notify('news', '')` });
    await heard;
    await stopFirst();
    expect(await db.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  });
});
