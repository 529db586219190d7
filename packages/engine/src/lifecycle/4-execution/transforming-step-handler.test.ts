import { describe, expect, it } from 'vitest';
import { stepContextOf } from '../../../test/attempts/step-context-of.ts';
import { PermanentError, RetryableError } from './handler-errors.ts';
import { filterSensitive, resultPipeline, withMetrics, withoutKeys } from './result-pipeline.ts';
import type { StepContext } from './step-context.ts';
import type { StepHandlerResult } from './step-handler-result.ts';
import { TransformingStepHandler } from './transforming-step-handler.ts';

const imported = {
  user: { name: 'Ada', password: 'p', keys: [{ api_key: 'k', id: 1 }] },
  duration: 12,
  record_count: 3,
};

class Import extends TransformingStepHandler {
  process(context: StepContext): typeof imported | StepHandlerResult {
    return context.getInput('preset') === true ? this.success({ preset: true }) : imported;
  }

  override processResults = resultPipeline(
    withoutKeys('password', 'api_key'),
    withMetrics({ execution_time: 'duration', records_processed: 'record_count', memory_used: 'memory_peak' }),
    (result, context) => ({ kept: result, step: context.stepName }),
  );
}

/** A handler whose result cannot be made. */
function failing(error: unknown, output: unknown = { charged: 10 }): TransformingStepHandler {
  return new (class extends TransformingStepHandler {
    process(): unknown {
      return output;
    }
    processResults(): never {
      throw error;
    }
  })();
}

describe('a handler that tells its work from its result', () => {
  it('CORE-104: keeps what the pipeline makes of the work', async () => {
    expect(await new Import().call(stepContextOf())).toEqual({
      kept: {
        user: { name: 'Ada', keys: [{ id: 1 }] },
        duration: 12,
        record_count: 3,
        performance_metrics: { execution_time: 12, records_processed: 3, memory_used: null },
      },
      step: 'step',
    });
    expect(imported.user.password).toBe('p');
  });

  it('CORE-104: keeps a result that was set by the work itself', async () => {
    expect(await new Import().call(stepContextOf({ input: { preset: true } }))).toMatchObject({
      success: true,
      result: { preset: true },
    });
  });

  it('does not do the work again when only the result could not be made', async () => {
    await expect(failing(new TypeError('no such column')).call(stepContextOf())).rejects.toMatchObject({
      name: 'PermanentError',
      errorCode: 'RESULT_PROCESSING_FAILED',
      message: 'The work was done, but its result could not be made: no such column',
      context: { charged: 10 },
      cause: expect.any(TypeError),
    });
    await expect(failing('text', [1, 2]).call(stepContextOf())).rejects.toMatchObject({ context: { output: [1, 2] } });
    await expect(failing('text', 'x'.repeat(20_000)).call(stepContextOf())).rejects.toMatchObject({
      context: { output: expect.stringContaining('what the work brought is 20002 bytes') },
    });
  });

  it('does what the error says, where it says something', async () => {
    const again = new RetryableError('not yet');
    const never = new PermanentError('no');
    await expect(failing(again).call(stepContextOf())).rejects.toBe(again);
    await expect(failing(never).call(stepContextOf())).rejects.toBe(never);
  });
});

describe('a result pipeline', () => {
  it('masks what has a sensitive name, however deep it lies', () => {
    const at = new Date(0);
    expect(
      filterSensitive()({ userPassword: 'p', nested: [{ API_KEY: 'k', 'x-secret': 1 }], name: 'Ada', at, none: null }),
    ).toEqual({
      userPassword: '[FILTERED]',
      nested: [{ API_KEY: '[FILTERED]', 'x-secret': '[FILTERED]' }],
      name: 'Ada',
      at,
      none: null,
    });
    expect(filterSensitive(['name'])({ Surname: 'L', age: 1 })).toEqual({ Surname: '[FILTERED]', age: 1 });
    expect(filterSensitive()('text')).toBe('text');
  });

  it('takes out keys of lists and scalars too, and copies', () => {
    const list = [{ a: 1, b: 2 }];
    expect(withoutKeys('a')(list)).toEqual([{ b: 2 }]);
    expect(list).toEqual([{ a: 1, b: 2 }]);
    expect(withoutKeys('a')(7)).toBe(7);
  });

  it('leaves alone what can have no metrics', () => {
    expect([withMetrics({ a: 'a' })(7), withMetrics({ a: 'a' })([1])]).toEqual([7, [1]]);
  });

  it('takes nothing for a metric that is not the result’s own', () => {
    expect(withMetrics({ kind: 'constructor' })({ a: 1 })).toEqual({ a: 1, performance_metrics: { kind: null } });
  });
});
