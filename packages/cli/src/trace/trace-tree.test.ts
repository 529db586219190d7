import type { TaskResource } from '@tasker/contract/wire';
import { expect, it } from 'vitest';
import type { FoundTask } from './collect-tasks.ts';
import { type TracedTask, traceTree } from './trace-tree.ts';

it('puts a task under the step whose id is its key, or whose result names it', () => {
  expect(
    shapeOf([
      found('root', { steps: [step('s1'), step('s2', { delegated_task_id: 'named' })] }),
      found('keyed', { idempotency_key: 's1' }),
      found('named', { idempotency_key: 'a key of its own' }),
      found('other'),
    ]),
  ).toEqual({ root: { s1: { keyed: {} }, s2: { named: {} } }, other: {} });
});

it('goes down as far as there is something', () => {
  expect(
    shapeOf([
      found('a', { steps: [step('a1')] }),
      found('b', { idempotency_key: 'a1', steps: [step('b1')] }),
      found('c', { idempotency_key: 'b1' }),
    ]),
  ).toEqual({ a: { a1: { b: { b1: { c: {} } } } } });
});

it('puts a task that only says which request it came of under the first task of that', () => {
  expect(
    shapeOf([
      found('first', { correlation_id: 'up' }),
      found('second', { correlation_id: 'up', parent_correlation_id: 'up' }),
      found('child', { correlation_id: 'own', parent_correlation_id: 'up' }),
    ]),
  ).toEqual({ first: { related: { child: {} } }, second: {} });
});

it('never puts a task below itself, whatever keys and results say', () => {
  expect(
    shapeOf([
      found('self', { idempotency_key: 'self1', steps: [step('self1', { delegated_task_id: 'self' })] }),
      found('a', { idempotency_key: 'b1', steps: [step('a1')] }),
      found('b', { idempotency_key: 'a1', steps: [step('b1')] }),
    ]),
  ).toEqual({ self: {}, b: { b1: { a: {} } } });
});

interface Shape {
  readonly [name: string]: Shape;
}

function shapeOf(tasks: readonly FoundTask[]): Shape {
  const shapes = (traced: readonly TracedTask[]): Shape =>
    Object.fromEntries(
      traced.map(({ task, steps, related }) => [
        task.task_id,
        {
          ...Object.fromEntries(
            steps.flatMap(({ step: { name }, delegated }) => (delegated.length > 0 ? [[name, shapes(delegated)]] : [])),
          ),
          ...(related.length > 0 ? { related: shapes(related) } : {}),
        },
      ]),
    );
  return shapes(traceTree(tasks));
}

interface SketchedStep {
  readonly id: string;
  readonly results: object | null;
}

const step = (id: string, results: object | null = null): SketchedStep => ({ id, results });

function found(id: string, sketch: Partial<TaskResource> & { steps?: readonly SketchedStep[] } = {}): FoundTask {
  const { steps = [], ...rest } = sketch;
  const blank = JSON.parse('{}') as TaskResource;
  const task: TaskResource = {
    ...blank,
    task_id: id,
    correlation_id: 'c',
    parent_correlation_id: null,
    idempotency_key: null,
    workflow_steps: steps.map((each) => ({
      ...(JSON.parse('{}') as TaskResource['workflow_steps'][number]),
      workflow_step_id: each.id,
      name: each.id,
      results: JSON.parse(JSON.stringify(each.results)),
    })),
    ...rest,
  };
  return { server: 'here', task, history: [] };
}
