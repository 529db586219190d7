import { createTasker, InvalidContext, type StepContext, type TemplateDocument } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import {
  databases,
  describeEachDatabase,
  type TestDatabaseKind,
} from '../../packages/engine/test/servers/databases.ts';
import { openExample, type SettledTask } from '../shared/example-under-test.ts';
import type { ServiceClock } from '../shared/pause.ts';
import { withSimulatedFaults } from '../shared/simulated-faults.ts';
import { shapeHandlers } from './handlers.ts';
import { templates } from './index.ts';

const linear = { namespace: 'linear_workflow', name: 'mathematical_sequence' };
const diamond = { namespace: 'diamond_workflow', name: 'parallel_computation' };
const tree = { namespace: 'tree_workflow', name: 'hierarchical_tree' };
const mixed = { namespace: 'mixed_dag_workflow', name: 'complex_dag' };
const sixToTheSixtyFourth = '63340286662973277706162286946811886609896461828096';

describeEachDatabase((kind) => {
  it('shapes.1 four steps in a row: square, add ten, times three, half', async () => {
    const { run, tasker } = await open(kind);
    for (const [even_number, final_value] of [
      [6, 69],
      [10, 165],
    ] as const) {
      const { id, results } = await run({ ...linear, context: { even_number } });
      expect(results).toMatchObject({ linear_step_4: { final_value } });
      (await tasker.record(id)).assertOrder('linear_step_1', 'linear_step_2', 'linear_step_3', 'linear_step_4');
    }
    const power = await run({ ...linear, context: { even_number: 6, mode: 'power' } });
    expect(power.results).toMatchObject({ linear_step_4: { value: '2821109907456', verification: { matches: true } } });
  });

  it('shapes.2 two branches run side by side and meet', async () => {
    const { run } = await open(kind);
    for (const [even_number, final_value] of [
      [4, 36.5],
      [6, 66.5],
      [10, 162.5],
    ] as const) {
      const { results } = await run({ ...diamond, context: { even_number } });
      expect(results).toMatchObject({ diamond_end: { final_value } });
    }
    const power = await run({ ...diamond, context: { even_number: 6, mode: 'power' } });
    expect(power.results).toMatchObject({ diamond_end: { value: '2821109907456' } });
    const slow = await run({
      ...diamond,
      context: { even_number: 8, ...delays('diamond_branch_b', 'diamond_branch_c') },
    });
    expect(overlap(slow, 'diamond_branch_b', 'diamond_branch_c')).toBe(true);
  });

  it('shapes.3 four leaves of two branches become one number, in full', async () => {
    const { run } = await open(kind);
    const leaves = ['tree_leaf_d', 'tree_leaf_e', 'tree_leaf_f', 'tree_leaf_g'];
    const settled = await run({ ...tree, context: { even_number: 6, ...delays(...leaves) } });
    expect(Object.values(settled.course)).toEqual(Array<string>(8).fill('complete'));
    expect(settled.results).toMatchObject({
      tree_final_convergence: { value: sixToTheSixtyFourth, verification: { matches: true } },
    });
    expect(overlap(settled, ...leaves)).toBe(true);
  });

  it('shapes.4 a step waits for all its parents and for nobody else', async () => {
    const { run } = await open(kind);
    const { results, steps } = await run({ ...mixed, context: { even_number: 2, ...delays('dag_process_right') } });
    expect(results).toMatchObject({ dag_finalize: { value: '18446744073709551616', verification: { matches: true } } });
    const at = (step: string) => steps[step]?.startedAt?.getTime() ?? Number.NaN;
    const rightEnd = steps['dag_process_right']?.finishedAt?.getTime() ?? Number.NaN;
    expect(at('dag_validate')).toBeGreaterThanOrEqual(rightEnd);
    expect(at('dag_transform')).toBeLessThan(rightEnd);
  });

  it('shapes.5 an odd number, none, or no number at all is refused at the door; without a schema, by the first step', async () => {
    const { submit } = await open(kind);
    for (const context of [{ even_number: 7 }, { even_number: 0 }, {}]) {
      await expect(submit({ ...linear, context })).rejects.toBeInstanceOf(InvalidContext);
    }
    const trusting = await open(kind, withoutSchema);
    const { course } = await trusting.run({ ...linear, context: { even_number: 7 } });
    expect(course).toMatchObject({ linear_step_1: 'VALIDATION_ERROR 1', linear_step_2: 'not run' });
  });

  it('shapes.6 a branch that fails leaves the other its work, and nothing comes of both', async () => {
    const { run } = await open(kind);
    const simulate = { diamond_branch_b: { error: 'permanent_error' } };
    const { course } = await run({ ...diamond, context: { even_number: 6, simulate } });
    expect(course).toEqual({
      diamond_start: 'complete',
      diamond_branch_b: 'SIMULATED_FAILURE 1',
      diamond_branch_c: 'complete',
      diamond_end: 'not run',
    });
  });
});

it.each(databases.filter(({ concurrent }) => concurrent).slice(0, 1))(
  'shapes.7 35 tasks of all kinds on two engines with a worker each: nothing runs twice, on $name',
  async (kind) => {
    const { db, url } = await kind.fresh();
    const begun: string[] = [];
    const counting = Object.entries(shapeHandlers()).map(([name, handler]) => {
      const call = (context: StepContext): unknown => {
        begun.push(`${context.taskUuid} ${context.stepName}`);
        return handler.call(context);
      };
      return [name, call] as const;
    });
    const one = await createTasker({ database: db, templates, handlers: Object.fromEntries(counting) });
    onTestFinished(() => one.stop());
    const other = await createTasker({ database: url, templates, handlers: Object.fromEntries(counting) });
    onTestFinished(() => other.stop());
    const requests = [
      ...Array.from({ length: 25 }, () => linear),
      ...Array.from({ length: 10 }, (_, index) => [diamond, tree, mixed, linear][index % 4] ?? linear),
    ].map((template, index) => ({ ...template, context: { even_number: 2 * (1 + (index % 50)) } }));
    const tasks = await Promise.all(requests.map((request, index) => (index % 2 === 0 ? one : other).submit(request)));
    const outcomes = await Promise.all(tasks.map((task) => task.completed({ timeoutMs: 30_000 })));
    expect(outcomes.map(({ status }) => status)).toEqual(Array<string>(35).fill('complete'));
    expect(new Set(begun).size).toBe(begun.length);
  },
);

function open(
  kind: TestDatabaseKind,
  change: (document: TemplateDocument) => TemplateDocument = (document) => document,
) {
  return openExample<{ readonly clock: ServiceClock }>(kind, {
    templates: templates.map(change),
    services: ({ clock }) => ({ clock }),
    handlers: ({ clock }) => withSimulatedFaults(shapeHandlers(), { clock, allowed: true }),
  });
}

/** Makes these steps take five seconds each. */
function delays(...steps: string[]) {
  return { simulate: Object.fromEntries(steps.map((step) => [step, { delay_ms: 5_000 }])) };
}

function overlap({ steps }: SettledTask, ...names: string[]): boolean {
  const times = (key: 'startedAt' | 'finishedAt') => names.map((name) => steps[name]?.[key]?.getTime() ?? Number.NaN);
  return Math.max(...times('startedAt')) < Math.min(...times('finishedAt'));
}

function withoutSchema(document: TemplateDocument): TemplateDocument {
  const { input_schema: _, ...rest } = document;
  return rest;
}
