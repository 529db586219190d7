import { describe, expect, it } from 'vitest';
import { graphOf } from '../../test/scenarios/graph-of.ts';
import { gate } from '../../test/scenarios/signals.ts';
import { start } from '../../test/scenarios/start.ts';
import { databases, describeEachDatabase } from '../../test/servers/databases.ts';
import { type Database, taskHistory } from '../index.ts';
import { type NewsFilter, type NewsPosition, readHorizon, readNews } from './read-news.sql.ts';

const everything: NewsPosition = { snapshot: '3:3:', from: '2000-01-01T00:00:00Z' };

describeEachDatabase((kind) => {
  it('news are the histories of all tasks, whatever happened to them, in order', async () => {
    const { db } = await kind.fresh();
    let failing = true;
    const tasker = await start(db, {
      templates: [graphOf({ a: [], b: ['a'] }, { every: { retry: { max_attempts: 2, backoff: 'none' } } })],
      handlers: {
        do({ stepName }) {
          if (stepName === 'b' && failing) throw new Error('no luck');
        },
      },
    });
    const first = await tasker.submit({ name: 'graph', context: {} });
    await first.completed();
    failing = false;
    await tasker.retryTask(first.id, { actor: 'ada' });
    await first.completed();
    const second = await tasker.submit({ name: 'graph', context: {}, correlationId: 'x' });
    await second.completed();
    await tasker.editTask(second.id, { tags: ['a'] });

    const news = await read(db, everything);
    for (const { id } of [first, second]) {
      const history = await taskHistory(db, id);
      expect(news.filter(({ taskId }) => taskId === id).map((fact) => fact.id)).toEqual(history.map((fact) => fact.id));
    }
    expect(news.map(({ at }) => at)).toEqual(news.map(({ at }) => at).toSorted());
    expect(news.at(-1)).toMatchObject({ kind: 'operator_edit', correlationId: 'x', namespace: 'default' });
    const only = await read(db, everything, { taskId: first.id, namespace: 'default', kinds: ['task_error'] });
    expect(only).toMatchObject([{ id: 'outcome.error' }]);
    expect(await read(db, everything, { namespace: 'nowhere' })).toEqual([]);
  });

  it('what was read is not news, what runs is, and pages neither skip nor repeat', async () => {
    const { db } = await kind.fresh();
    const held = gate();
    const begun = gate();
    const tasker = await start(db, {
      templates: [graphOf({ a: [] })],
      handlers: {
        async do() {
          begun.open();
          await held.opened;
        },
      },
    });
    const task = await tasker.submit({ name: 'graph', context: {} });
    await begun.opened;
    const before = await readHorizon(db);
    expect((await read(db, everything)).map(({ id }) => id)).toEqual(['submitted', 'attempt.0.1.started']);
    const since = { snapshot: before.snapshot, from: before.openSince };
    expect(await read(db, since)).toEqual([]);
    held.open();
    await task.completed();
    const later = await read(db, { ...since, from: everything.from });
    expect(later.map(({ id }) => id)).toEqual(['attempt.0.1.started', 'attempt.0.1.complete', 'outcome.complete']);

    const { snapshot } = await readHorizon(db);
    const paged = [];
    for (;;) {
      const page = await readNews(db, { since: everything, until: snapshot, after: paged.at(-1), limit: 1 });
      if (page.length === 0) break;
      paged.push(...page);
    }
    expect(paged).toEqual(await read(db, everything));
  });
});

// needs several connections
for (const kind of databases.filter(({ concurrent }) => concurrent)) {
  describe(`on ${kind.name}`, () => {
    it('what is committed late is news to those who have read on meanwhile', async () => {
      const { db } = await kind.fresh();
      const tasker = await start(db, { templates: [graphOf({ a: [] })], worker: false });
      const late = await tasker.submit({ name: 'graph', context: {} });
      const other = await tasker.submit({ name: 'graph', context: {} });
      const meanwhile = await db.transaction(async (tx) => {
        const insert = `insert into tasker.action (task_id, kind, actor, at) values ($1, 'edit', 'ada', tasker.now())`;
        await tx.query({ text: insert }, [late.id]);
        await tasker.editTask(other.id, { tags: ['x'] });
        const seen = await read(db, everything, { kinds: ['operator_edit'] });
        expect(seen).toMatchObject([{ taskId: other.id }]);
        return readHorizon(db);
      });
      const since = { snapshot: meanwhile.snapshot, from: meanwhile.openSince };
      expect(await read(db, since)).toMatchObject([{ taskId: late.id, kind: 'operator_edit' }]);
    });
  });
}

async function read(db: Database, since: NewsPosition, filter: NewsFilter = {}) {
  const { snapshot } = await readHorizon(db);
  return readNews(db, { since, until: snapshot, filter, limit: 1000 });
}
