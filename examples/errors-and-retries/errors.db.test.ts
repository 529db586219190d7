import { DuplicateTask, type TemplateDocument } from '@tasker/engine';
import { expect, it } from 'vitest';
import { describeEachDatabase, type TestDatabaseKind } from '../../packages/engine/test/servers/databases.ts';
import { openExample } from '../shared/example-under-test.ts';
import { errorHandlers } from './handlers.ts';
import { templates } from './index.ts';

const note = { actor: 'ops', reason: 'the cause is gone' };

describeEachDatabase((kind) => {
  it('errors.1 what succeeds is complete', async () => {
    const { run } = await open(kind);
    expect((await run('success_only')).course).toEqual({ succeed: 'complete' });
  });

  it('errors.2 what is refused is not tried again', async () => {
    const { run, tasker } = await open(kind);
    const begin = tasker.clock.now();
    const { status, course } = await run('permanent_error_only');
    expect([status, course]).toEqual(['error', { refuse: 'INVALID_PAYMENT_METHOD 1' }]);
    expect(tasker.clock.now() - begin).toBeLessThan(5_000);
  });

  it('errors.3 what asks for another time is tried then, until the attempts are used up', async () => {
    const { run, tasker } = await open(kind);
    const begin = tasker.clock.now();
    const { course, steps } = await run('retryable_error_only');
    expect(course).toEqual({ time_out: 'SERVICE_TIMEOUT 3' });
    expect(steps['time_out']).toMatchObject({ failedForGood: true, nextAttemptAt: null, retryable: true });
    expect(tasker.clock.now() - begin).toBeGreaterThanOrEqual(10_000);
  });

  it('errors.4 one branch may fail while the other succeeds', async () => {
    const { run } = await open(kind);
    expect((await run('error_testing')).course).toEqual({
      succeed: 'complete',
      refuse: 'INVALID_PAYMENT_METHOD 1',
      after_both: 'not run',
    });
  });

  it('errors.5 what fails twice of five times is complete at the third', async () => {
    const { run } = await open(kind);
    expect((await run('retry_mechanics_test')).course).toEqual({ flaky: 'complete 3' });
  });

  it('errors.6 what fails more often than it may has failed', async () => {
    const { run } = await open(kind);
    expect((await run('retry_exhaustion_test')).course).toEqual({ flaky: 'SIMULATED_FAILURE 3', after: 'not run' });
  });

  it.each([
    ['boundary_max_attempts_zero', 1],
    ['boundary_max_attempts_one', 1],
    ['boundary_max_attempts_three', 3],
  ])('errors.7 %s means %i attempts: the first always runs', async (name, attempts) => {
    const { run } = await open(kind);
    expect((await run(name)).course).toEqual({ flaky: `SIMULATED_FAILURE ${attempts}` });
  });

  it.each(['boundary_non_retryable_first', 'boundary_non_retryable_retries'])(
    'errors.8 %s means one attempt, whatever else is said',
    async (name) => {
      const { run } = await open(kind);
      expect((await run(name)).course).toEqual({ flaky: 'SIMULATED_FAILURE 1' });
    },
  );

  it('errors.9 the same context is a conflict in whatever order its keys come; an idempotency key is a replay', async () => {
    const { tasker } = await open(kind);
    const request = { namespace: 'test_errors', name: 'identity_strategy' };
    await tasker.submit({ ...request, context: { message: 'm', n: 1 } });
    const again = tasker.submit({ ...request, context: { n: 1, message: 'm' } });
    await expect(again).rejects.toBeInstanceOf(DuplicateTask);
    expect((await tasker.submit({ ...request, context: { message: 'm', n: 2 } })).replayed).toBe(false);
    const keyed = { ...request, context: { message: 'k' }, idempotencyKey: 'key' };
    const first = await tasker.submit(keyed);
    const replay = await tasker.submit(keyed);
    expect([replay.id, replay.replayed]).toEqual([first.id, true]);
  });

  it('errors.10 waits double from one second and stop at thirty', async () => {
    const { run, tasker } = await open(kind);
    const { id } = await run('backoff_sequence');
    const { facts } = await tasker.record(id);
    const failures = facts.filter(({ kind: what }) => what === 'attempt_error').map(({ at }) => at.getTime());
    const waits = failures.slice(1).map((at, index) => Math.round((at - (failures[index] ?? 0)) / 1_000));
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  it('errors.11 an operator who retries a step gives it all its attempts again', async () => {
    const { run, tasker, settle } = await open(kind);
    const { id } = await run('retry_exhaustion_test');
    await tasker.retryStep(id, 'flaky', note);
    const { course } = await settle(id);
    expect(course['flaky']).toBe('SIMULATED_FAILURE 6');
  });

  it('errors.12 an operator who resolves a step lets others go on with the result', async () => {
    const { run, tasker, settle } = await open(kind);
    const { id } = await run('retry_exhaustion_test');
    await tasker.resolveStep(id, 'flaky', { attempts: 0, by: 'hand' }, note);
    const { status, course, results } = await settle(id);
    expect([status, course]).toEqual(['complete', { flaky: 'resolved_manually 3', after: 'complete' }]);
    expect(results).toMatchObject({ flaky: { by: 'hand' } });
  });

  it('errors.13 a task that is cancelled while it waits is not tried again', async () => {
    const { submit, tasker, settle } = await open(kind);
    const task = await submit('backoff_sequence');
    await tasker.advanceTime(1_500);
    await tasker.cancelTask(task.id, note);
    const { status, steps } = await settle(task.id);
    expect(status).toBe('cancelled');
    expect(steps['flaky']).toMatchObject({ state: 'cancelled', attempts: 2 });
    await tasker.advanceTime(60_000);
    expect((await settle(task.id)).steps['flaky']).toMatchObject({ attempts: 2 });
  });
});

async function open(kind: TestDatabaseKind) {
  const example = await openExample(kind, { templates, services: () => ({}), handlers: errorHandlers });
  const request = (name: string) => ({ namespace: namespaceOf(name), name, context: { message: 'hello' } });
  return {
    ...example,
    submit: (name: string) => example.submit(request(name)),
    run: (name: string) => example.run(request(name)),
  };
}

function namespaceOf(name: string): string {
  return templates.find((template: TemplateDocument) => template.name === name)?.namespace_name ?? 'default';
}
