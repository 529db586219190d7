import type { StepResource } from '@tasker/contract/wire';
import { expect, test } from 'vitest';
import { stepGraph } from './step-graph.ts';

const now = new Date('2030-01-01T00:00:10Z');
const at = (ms: number) => new Date(now.getTime() + ms).toISOString();
const plain = { style: (_: string, text: string) => text };

const step = (place: number, name: string, known: Partial<StepResource> = {}): StepResource => ({
  task_id: 'task',
  workflow_step_id: `step-${place}`,
  named_step_id: place,
  name,
  status: 'pending',
  namespace: 'default',
  handler: name,
  dependent_system: 'unknown',
  level: 0,
  retryable: true,
  skippable: false,
  attempts: 0,
  retry_limit: 3,
  in_process: false,
  processed: false,
  processed_at: null,
  ready: false,
  due_at: null,
  next_attempt_at: null,
  failed_for_good: false,
  circuit: 'closed',
  started_at: null,
  finished_at: null,
  duration_ms: null,
  last_attempted_at: null,
  last_failed_at: null,
  backoff_request_seconds: null,
  worker: null,
  actor: null,
  reason: null,
  results: null,
  metadata: null,
  error: null,
  inputs: null,
  depends_on: [],
  parents_ids: [],
  children_ids: [],
  siblings_ids: [],
  settled_parents: 0,
  ...known,
});

test('says of each step how it stands, and of trouble what it is', () => {
  const error = { class: 'RetryableError', code: 'TIMEOUT', message: 'No answer.\nNot a word.' };
  const lines = stepGraph(
    [
      step(0, 'cart', { status: 'complete', attempts: 1, duration_ms: 12 }),
      step(1, 'pay', {
        status: 'error',
        attempts: 1,
        duration_ms: 1000,
        error,
        next_attempt_at: at(500),
        depends_on: ['cart'],
      }),
      step(2, 'stock', { status: 'in_progress', attempts: 1, started_at: at(-1500), depends_on: ['cart'] }),
      step(3, 'ship', { status: 'skipped', actor: 'ada', reason: 'picked up', depends_on: ['stock'] }),
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
    step(position, `s${position}`, { depends_on: position === 0 ? [] : [`s${position - 1}`] }),
  );
  const lines = stepGraph(steps, plain, now);
  expect(lines).toHaveLength(50);
  expect(lines[49]).toMatch(/^○ {2}s49 +pending +after s48$/);
});
