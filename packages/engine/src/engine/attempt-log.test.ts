import { describe, expect, it } from 'vitest';
import { sketchTemplate } from '../../test/by-hand/template.ts';
import { createLog } from '../../test/scenarios/start.ts';
import { compilePlan } from '../graph/compile-plan.ts';
import type { StepOutcome } from '../lifecycle/3-advance/step-outcome.ts';
import { createAttemptLog } from './attempt-log.ts';
import { durationCategory } from './duration-category.ts';

const plan = compilePlan(sketchTemplate({ charge: {} }, { namespace: 'shop', name: 'order' }));
const registered = { revisionId: 1, revision: 1, plan, queues: [1] };
const task = { id: 't', registered, correlationId: 'c' };
const place = { taskId: 't', registered, priority: 0, step: 0, attempt: 2, lease: 1 };

function complete(tookMs: number): StepOutcome {
  return {
    ...place,
    kind: 'complete',
    beganAt: 1_000,
    endedAt: 1_000 + tookMs,
    result: '{}',
    metadata: null,
    annotations: null,
  };
}

describe('the log of attempts', () => {
  it.each([
    [0, 'fast'],
    [100, 'fast'],
    [100.1, 'moderate'],
    [110, 'moderate'],
    [1_000, 'moderate'],
    [1_000.1, 'slow'],
    [5_000, 'slow'],
    [5_100, 'very_slow'],
  ])('CORE-128, SURF-67: an attempt of %d ms is %s', (ms, category) => {
    expect(durationCategory(ms)).toBe(category);
  });

  it('CORE-128, SURF-67: warns of attempts that took longer than they should, and of no others', () => {
    const log = createLog();
    const tell = createAttemptLog(log, 1_000);
    for (const ms of [5, 1_000]) tell(complete(ms), task);
    expect(log.lines).toEqual([]);
    tell(complete(1_000.256), task);
    const verdict = { maxAttempts: 3, why: 'exhausted' } as const;
    tell({ ...place, kind: 'error', beganAt: 0, endedAt: 7_000, error: '{}', retryMs: null, verdict }, task);
    const about = { task_id: 't', task: 'order', namespace: 'shop', step: 'charge', attempt: 2, correlation_id: 'c' };
    const message = 'an attempt took longer than 1000 ms';
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        message,
        fields: {
          ...about,
          step_status: 'complete',
          duration_ms: 1_000.26,
          performance_category: 'slow',
          is_slow: true,
        },
      },
      {
        level: 'warn',
        message,
        fields: { step_status: 'error', duration_ms: 7_000, performance_category: 'very_slow' },
      },
    ]);
    tell({ ...place, kind: 'release' }, task);
    expect(log.lines).toHaveLength(2);
  });

  it('CORE-128: tells of each to those who look closely', () => {
    const log = createLog();
    const tell = createAttemptLog({ ...log, isLevelEnabled: () => true }, 1_000);
    tell(complete(0), task);
    tell(complete(2_000), task);
    tell({ ...place, kind: 'skip' }, task);
    expect(log.lines).toMatchObject([
      { level: 'debug', message: 'attempt', fields: { performance_category: 'fast', is_slow: false } },
      { level: 'warn', fields: { performance_category: 'slow', is_slow: true } },
    ]);
  });
});
