import { expect, it } from 'vitest';
import { templateOf } from '../../test/arbitraries/template.ts';
import { compilePlan } from '../graph/compile-plan.ts';
import { createTaskCache, type TaskHeader } from './task-cache.ts';

const plan = compilePlan(templateOf([{ name: 'a', dependencies: [] }]));
const registered = { revisionId: 1, revision: 1, plan, queues: [1] };

function header(id: string, context = '{}'): TaskHeader {
  return { id, registered, priority: 0, correlationId: null, traceparent: null, context };
}

it('keeps tasks of which a step is held, whatever room there is', () => {
  const cache = createTaskCache(1_500);
  const held = cache.add(header('held'));
  cache.hold(held);
  cache.hold(held);
  for (let i = 0; i < 10; i++) cache.add(header(`idle ${i}`));
  expect(cache.get('held')).toBe(held);
  expect(['idle 0', 'idle 8', 'idle 9'].map((id) => cache.get(id) !== undefined)).toEqual([false, true, true]);
  cache.letGo(held);
  expect(cache.get('held')).toBe(held);
  cache.letGo(held);
  expect(cache.get('held')).toBe(held);
  for (let i = 10; i < 20; i++) cache.add(header(`idle ${i}`));
  expect(cache.get('held')).toBeUndefined();
});

it('has no room for tasks that are larger than all of it, and does not mind', () => {
  for (const bytes of [0, 1_000]) {
    const cache = createTaskCache(bytes);
    const task = cache.add(header('large', JSON.stringify({ filling: 'x'.repeat(2_000) })));
    expect(cache.get('large')).toBeUndefined();
    cache.hold(task);
    expect(cache.get('large')).toBe(task);
    cache.letGo(task);
    expect(cache.get('large')).toBeUndefined();
  }
});

it('knows what a step returned, once, and that a step which was passed over returned nothing', () => {
  const cache = createTaskCache(10_000);
  const task = cache.add(header('t', '{"order":7}'));
  cache.addResult(task, 0, '{"total":1}');
  cache.addResult(task, 0, '{"total":2}');
  cache.addResult(task, 1, null);
  expect([task.results[0]?.(), task.results[1], task.whole]).toEqual([{ total: 1 }, undefined, [true, true]]);
  expect([task.context(), task.correlationId]).toEqual([{ order: 7 }, 't']);
  cache.drop('t');
  expect(cache.get('t')).toBeUndefined();
});
