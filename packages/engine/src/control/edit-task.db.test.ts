import { expect, it } from 'vitest';
import { graphOf } from '../../test/scenarios/graph-of.ts';
import { start } from '../../test/scenarios/start.ts';
import { describeEachDatabase } from '../../test/servers/databases.ts';
import { explain, findTask, listTasks, taskHistory } from '../index.ts';

describeEachDatabase((kind) => {
  it('CORE-25 the reason and the tags of a task can be changed, which history tells and lists find', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { templates: [graphOf({ only: [] })] });
    const task = await tasker.submit({ name: 'graph', context: { a: 1 }, tags: ['old'], reason: 'first' });

    const changed = await tasker.editTask(task.id, { tags: ['new'] }, { actor: 'ada' });
    expect(changed).toEqual({ taskId: task.id, status: 'pending', changed: true });
    expect(await findTask(db, task.id)).toMatchObject({ tags: ['new'], reason: 'first', context: { a: 1 } });
    expect((await listTasks(db, { tag: 'old' })).tasks).toHaveLength(0);
    expect((await listTasks(db, { tag: 'new' })).tasks).toHaveLength(1);
    expect(await taskHistory(db, task.id)).toContainEqual(
      expect.objectContaining({ kind: 'operator_edit', actor: 'ada', step: null }),
    );

    expect(await tasker.editTask(task.id, { tags: ['new'] })).toMatchObject({ changed: false });
    await tasker.editTask(task.id.toUpperCase(), { reason: '', tags: [] });
    expect(await findTask(db, task.id)).toMatchObject({ tags: [], reason: '' });
  });

  it('an edit of a task that is over neither opens it again nor is taken for what ended it', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { templates: [graphOf({ only: [] })] });
    const task = await tasker.submit({ name: 'graph', context: {} });
    await tasker.cancelTask(task.id, { actor: 'ada' });
    expect(await tasker.editTask(task.id, { reason: 'tidied' }, { actor: 'bob' })).toMatchObject({
      status: 'cancelled',
    });
    expect(JSON.stringify(await explain(db, task.id))).toContain('ada');
    expect(JSON.stringify(await explain(db, task.id))).not.toContain('bob');
    const transitions = { text: 'select metadata from tasker.task_transitions_of($1)' };
    expect(await db.query(transitions, [task.id])).toEqual([{ metadata: { actor: 'ada' } }]);
  });

  it.each([
    ['nothing', {}, /reason/],
    ['a reason that is too long', { reason: 'x'.repeat(129) }, /`reason` must have 0 to 128/],
    ['an empty tag', { tags: ['ok', ''] }, /`tags\[1\]` must have 1 to 128/],
    ['a tag that cannot be stored', { tags: ['\u0000'] }, /`tags\[0\]`.*cannot store/],
  ])('%s is refused', async (_, edit, message) => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { templates: [graphOf({ only: [] })] });
    const task = await tasker.submit({ name: 'graph', context: {} });
    await expect(tasker.editTask(task.id, edit)).rejects.toThrow(message);
    await expect(tasker.editTask('01890a5d-ac96-7000-8000-000000000000', { reason: 'x' })).rejects.toThrow(
      /There is no task/,
    );
  });
});
