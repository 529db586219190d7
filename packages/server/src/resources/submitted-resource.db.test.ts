import type { TaskRequest } from '@tasker/engine';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeOneDatabase } from '../../../engine/test/servers/databases.ts';
import { startTasker } from '../../test/start.ts';
import { diamond, templateOf } from '../../test/template.ts';
import { jsonTextOf } from './json-text.ts';
import { submittedResource } from './submitted-resource.ts';

describeOneDatabase((kind) => {
  it('SURF-03 the answer to a submission says the same as text and in objects, for every task of a graph', async () => {
    const tasker = await startTasker((await kind.fresh()).db, { worker: false, templates: [diamond] });
    await fc.assert(
      fc.asyncProperty(request, async (more) => {
        const handle = await tasker.submit({ namespace: 'shapes', name: 'diamond', context: {}, ...more });
        const answer = await submittedResource(tasker.db, handle);
        const objects: unknown = JSON.parse(JSON.stringify(answer));
        expect(JSON.parse(jsonTextOf(answer))).toEqual(objects);
        expect(objects).toEqual({ ...answer, task: answer.task });
        expect(answer.task).toMatchObject({ task_id: handle.id, context: more.context ?? {} });
        expect(answer.task.workflow_steps.every(({ task_id }) => task_id === handle.id)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('says the same of a graph whose text is too long to be kept', async () => {
    const branches = Array.from({ length: 60 }, (_, i) => [`branch_${i}`, ['first']] as const);
    const wide = templateOf({ first: [], ...Object.fromEntries(branches) }, { name: 'wide' });
    const tasker = await startTasker((await kind.fresh()).db, { worker: false, templates: [wide] });
    for (const tags of [['a'], ['b']]) {
      const handle = await tasker.submit({ namespace: 'shapes', name: 'wide', context: {}, tags });
      const answer = await submittedResource(tasker.db, handle);
      const text = jsonTextOf(answer);
      expect(text.length).toBeGreaterThan(65_536);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(answer)));
    }
  });
});

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((value) => !value.includes('\0'));
const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,20}$/);

const request: fc.Arbitrary<Partial<TaskRequest>> = fc.record(
  {
    context: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text))),
    priority: fc.integer({ min: -100, max: 100 }),
    correlationId: id,
    parentCorrelationId: id,
    initiator: text,
    sourceSystem: text,
    reason: text,
    tags: fc.array(text, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
