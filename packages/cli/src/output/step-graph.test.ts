import type { StepView } from '@tasker/engine';
import { expect, test } from 'vitest';
import { stepGraph } from './step-graph.ts';

const now = new Date('2030-01-01T00:00:10Z');
const plain = { style: (_: string, text: string) => text };

const step = (position: number, name: string, known: Partial<StepView> = {}): StepView => ({
  taskId: 'task',
  stepId: `step-${position}`,
  position,
  name,
  state: 'pending',
  namespace: 'default',
  handler: name,
  dependentSystem: 'unknown',
  level: 0,
  retryable: true,
  skippable: false,
  attempts: 0,
  maxAttempts: 3,
  ready: false,
  dueAt: null,
  nextAttemptAt: null,
  failedForGood: false,
  circuit: 'closed',
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  lastAttemptedAt: null,
  lastFailedAt: null,
  backoffMs: null,
  worker: null,
  actor: null,
  reason: null,
  result: null,
  metadata: null,
  error: null,
  inputs: null,
  parents: [],
  children: [],
  parentNames: [],
  childNames: [],
  settledParents: 0,
  ...known,
});

test('says of each step how it stands, and of trouble what it is', () => {
  const error = { class: 'RetryableError', code: 'TIMEOUT', message: 'No answer.\nNot a word.' };
  const lines = stepGraph(
    [
      step(0, 'cart', { state: 'complete', attempts: 1, durationMs: 12, children: [1, 2] }),
      step(1, 'pay', {
        state: 'error',
        attempts: 1,
        durationMs: 1000,
        error,
        nextAttemptAt: new Date(now.getTime() + 500),
      }),
      step(2, 'stock', { state: 'in_progress', attempts: 1, startedAt: new Date(now.getTime() - 1500), children: [3] }),
      step(3, 'ship', { state: 'skipped', actor: 'ada', reason: 'picked up' }),
    ],
    plain,
    now,
  );
  expect(lines).toEqual([
    '✓    cart   complete         attempt 1 of 3  12 ms',
    '├─╮',
    '↻ │  pay    error, retrying  attempt 1 of 3  1.0 s',
    '    TIMEOUT: No answer; next attempt in 500 ms',
    '  ▶  stock  in_progress      attempt 2 of 3  1.5 s',
    '  │',
    '  ↷  ship   skipped',
    '    by ada: picked up',
  ]);
});

test('a graph too large to draw is a list that names the parents', () => {
  const steps = Array.from({ length: 50 }, (_, position) =>
    step(position, `s${position}`, {
      parentNames: position === 0 ? [] : [`s${position - 1}`],
      children: [position + 1],
    }),
  );
  const lines = stepGraph(steps, plain, now);
  expect(lines).toHaveLength(50);
  expect(lines[49]).toMatch(/^○ {2}s49 +pending +after s48$/);
});
