import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { arbitraryGraph } from '../../../test/arbitraries/graph.ts';
import { templateOf } from '../../../test/arbitraries/template.ts';
import { compilePlan } from '../../graph/compile-plan.ts';
import { finish } from '../../graph/finish.ts';
import type { GraphStep } from '../../graph/graph-problems.ts';
import type { RegisteredPlan } from '../../graph/registered-plan.ts';
import { batchOutcomes } from './advance-batch.ts';
import type { StepInLease, StepOutcome } from './step-outcome.ts';

const verdict = { maxAttempts: 3, why: 'exhausted' } as const;
const times = { beganAt: 1, endedAt: 2 };

function registeredPlanOf(steps: readonly GraphStep[]): RegisteredPlan {
  const plan = compilePlan(templateOf(steps));
  return { revisionId: 1, revision: 1, plan, queues: plan.steps.map(({ position }) => 100 + position) };
}

function graph(parents: Record<string, string[]>): RegisteredPlan {
  return registeredPlanOf(Object.entries(parents).map(([name, dependencies]) => ({ name, dependencies })));
}

function placeOf(registered: RegisteredPlan, name: string): StepInLease {
  const step = registered.plan.positionByName.get(name) ?? -1;
  return { taskId: 'task', registered, priority: 7, step, attempt: 1, lease: 1 };
}

const completed = (place: StepInLease): StepOutcome => ({
  ...place,
  ...times,
  kind: 'complete',
  result: '1',
  metadata: null,
  annotations: null,
});
const failed = (place: StepInLease, retryMs: number | null): StepOutcome => ({
  ...place,
  ...times,
  kind: 'error',
  error: '{}',
  retryMs,
  verdict,
});
const everywhere = () => true;

describe('batchOutcomes', () => {
  it('opens a child with one parent, for this worker or for others', () => {
    const plan = graph({ a: [], here: ['a'], there: ['a'] });
    const there = 100 + (plan.plan.positionByName.get('there') ?? 0);
    const batch = batchOutcomes([completed(placeOf(plan, 'a'))], (queue) => queue !== there);
    expect(batch.openHere).toEqual({ task: ['task'], step: [1], queue: [101], priority: [7] });
    expect(batch.openElsewhere).toEqual({ task: ['task'], step: [2], queue: [there], priority: [7] });
    expect(batch.arrivals.step).toEqual([]);
    expect(batch.successes).toMatchObject({ task: ['task'], step: [0], attempt: [1], result: ['1'], metadata: [null] });
  });

  it('counts an arrival at a child with several parents', () => {
    const plan = graph({ a: [], b: [], join: ['a', 'b'] });
    const batch = batchOutcomes([completed(placeOf(plan, 'b'))], everywhere);
    expect(batch.openHere.step).toEqual([]);
    expect(batch.arrivals).toMatchObject({ step: [2], parents: [2], blocked: [false], here: [true] });
  });

  it('finishes a task with its only sink, and counts arrivals at the finish of others', () => {
    const one = graph({ only: [] });
    expect(batchOutcomes([completed(placeOf(one, 'only'))], everywhere).finished).toEqual(['task']);
    const two = graph({ a: [], b: [] });
    const batch = batchOutcomes([completed(placeOf(two, 'a'))], everywhere);
    expect(batch.finished).toEqual([]);
    expect(batch.arrivals).toMatchObject({ step: [finish], parents: [2], blocked: [false], here: [false] });
  });

  it('blocks what depends on a step that failed for good, or was taken out', () => {
    const plan = graph({ a: [], one: ['a'] });
    const taken: StepOutcome = { ...placeOf(plan, 'a'), kind: 'pass', blocked: true };
    for (const outcome of [failed(placeOf(plan, 'a'), null), taken]) {
      const batch = batchOutcomes([outcome], everywhere);
      expect(batch.openHere.step).toEqual([]);
      expect(batch.arrivals).toMatchObject({ step: [1], parents: [1], blocked: [true] });
      expect(batch.others).toEqual([outcome]);
    }
    const last = graph({ only: [] });
    const batch = batchOutcomes([failed(placeOf(last, 'only'), null)], everywhere);
    expect([batch.finished, batch.arrivals.step, batch.arrivals.blocked]).toEqual([[], [finish], [true]]);
  });

  it('opens nothing after a failure that is retried, or a step that is handed back', () => {
    const plan = graph({ a: [], one: ['a'] });
    const outcomes: StepOutcome[] = [failed(placeOf(plan, 'a'), 0), { ...placeOf(plan, 'a'), kind: 'release' }];
    for (const outcome of outcomes) {
      const { openHere, arrivals, finished, others } = batchOutcomes([outcome], everywhere);
      expect([openHere.step, arrivals.step, finished, others]).toEqual([[], [], [], [outcome]]);
    }
  });

  it('goes on past a step that is skipped or was resolved', () => {
    const plan = graph({ a: [], one: ['a'] });
    const place = placeOf(plan, 'a');
    const outcomes: StepOutcome[] = [
      { ...place, kind: 'skip' },
      { ...place, kind: 'pass', blocked: false },
    ];
    for (const outcome of outcomes) expect(batchOutcomes([outcome], everywhere).openHere.step).toEqual([1]);
  });

  test.prop([arbitraryGraph()])(
    'tells every child of every parent once, when a task runs through in any order',
    (steps) => {
      const registered = registeredPlanOf(steps);
      const told = new Map<number, number>();
      const opened = new Set(registered.plan.roots);
      let finished = 0;
      for (const { position } of registered.plan.steps) {
        // in the order of the plan parents go first
        expect(opened.has(position)).toBe(true);
        const place = { taskId: 'task', registered, priority: 0, step: position, attempt: 1, lease: 1 };
        const batch = batchOutcomes([completed(place)], everywhere);
        for (const step of batch.openHere.step) opened.add(step);
        for (const [i, step] of batch.arrivals.step.entries()) {
          told.set(step, (told.get(step) ?? 0) + 1);
          if (told.get(step) !== batch.arrivals.parents[i]) continue;
          if (step === finish) finished += 1;
          else opened.add(step);
        }
        finished += batch.finished.length;
      }
      expect(opened.size).toBe(registered.plan.steps.length);
      expect(finished).toBe(1);
    },
  );
});
