import type { StepEvent, TaskEvent } from '@tasker/contract';
import { expect, it } from 'vitest';
import { findSteps, findTask, PermanentError, RetryableError } from '../../src/index.ts';
import { describeOneDatabase } from '../servers/databases.ts';
import { chainOf, graphOf } from './graph-of.ts';
import { connectionLost, intercept } from './intercept.ts';
import { gate, isStep, listen, untilAborted } from './signals.ts';
import { createLog, start } from './start.ts';

const request = { name: 'graph', context: {} };

describeOneDatabase((kind) => {
  it('each fact of a task that goes well is told once, in order (CORE-33, SURF-41, SURF-43)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { templates: [graphOf(chainOf(2))], handlers: { do: () => 1 } });
    const heard = listen(tasker);
    const task = await tasker.submit(request);
    await task.completed();
    expect(heard.events.map(brief)).toEqual([
      'task.initialize_requested: null → pending',
      'task.start_requested: pending → in_progress',
      'step.execution_requested s0 1: pending → in_progress',
      'step.completed s0 1: in_progress → complete',
      'step.execution_requested s1 1: pending → in_progress',
      'step.completed s1 1: in_progress → complete',
      'task.completed: in_progress → complete',
    ]);
    expect(new Set(heard.events.map((event) => event.event_id)).size).toBe(7);
  });

  it('what an event says is in the database when it is heard (CORE-33)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { templates: [graphOf(chainOf(2))], handlers: { do: () => 1 } });
    const looks: Promise<unknown>[] = [];
    tasker.on('*', (event) => 'task_id' in event && looks.push(stateBehind(event)));
    const stateBehind = async (event: TaskEvent | StepEvent) => {
      if (!('step_name' in event)) return [event.to_state, (await findTask(db, event.task_id))?.state];
      const steps = await findSteps(db, [event.task_id]);
      return [event.to_state, steps.find(({ name }) => name === event.step_name)?.state];
    };
    const task = await tasker.submit(request);
    await task.completed();
    const order = ['pending', 'in_progress', 'complete'];
    expect(looks).toHaveLength(7);
    for (const look of await Promise.all(looks)) {
      const [said, found] = look as [string, string];
      // the look itself takes time: by then the task may be further, but never less far
      expect(order.indexOf(found)).toBeGreaterThanOrEqual(order.indexOf(said));
    }
  });

  it('retries tell why, how long they wait and by which rule; the end of them is told once (CORE-60, CORE-61)', async () => {
    const { db } = await kind.fresh();
    const retry = { max_attempts: 3, backoff: 'linear', backoff_base_ms: 10, jitter: 0 };
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1), { every: { retry } })],
      handlers: {
        do({ attempt }) {
          if (attempt === 1) throw new RetryableError('busy', { retryAfter: 0.03, errorCode: 'BUSY' });
          throw new TypeError('broken');
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit(request);
    expect(await task.completed()).toMatchObject({ status: 'error' });
    await heard.until('task.failed');
    expect(heard.events.slice(2).map(brief)).toEqual([
      'step.execution_requested s0 1: pending → in_progress',
      'step.failed s0 1: in_progress → error',
      'observability.step.backoff s0 1: null → error',
      'step.execution_requested s0 2: error → in_progress',
      'step.failed s0 2: in_progress → error',
      'observability.step.backoff s0 2: null → error',
      'step.execution_requested s0 3: error → in_progress',
      'step.failed s0 3: in_progress → error',
      'observability.step.max_retries_reached s0 3: null → error',
      'task.failed: in_progress → error',
    ]);
    const [first, second] = heard.events.filter(({ event_type: type }) => type === 'observability.step.backoff');
    expect(first).toMatchObject({ backoff_seconds: 0.03, backoff_type: 'server_requested' });
    expect(second).toMatchObject({ backoff_seconds: 0.02, backoff_type: 'linear' });
    const failures = heard.events.filter(({ event_type: type }) => type === 'step.failed');
    expect(failures).toMatchObject([
      { error_message: 'busy', exception_class: 'RetryableError', error_code: 'BUSY' },
      { error_message: 'broken', exception_class: 'TypeError' },
      { error_message: 'broken', exception_class: 'TypeError', retry_limit: 3 },
    ]);
  });

  it('a failure that is final at once is no end of retries, even at the last attempt', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1), { every: { retry: { max_attempts: 1 } } })],
      handlers: {
        do() {
          throw new PermanentError('declined', { errorCode: 'DECLINED' });
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit(request);
    await task.completed();
    await heard.until('task.failed');
    expect(heard.events.map(({ event_type: type }) => type)).not.toContain('observability.step.max_retries_reached');
  });

  it('events of a step say all there is to say (CORE-132, SURF-42)', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(1), { namespace: 'shop', version: '2.1.0' })],
      handlers: {
        do({ attempt }) {
          if (attempt === 1) throw new RangeError('out of range');
          return { total: 7 };
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ ...request, namespace: 'shop', correlationId: 'request-1' });
    await task.completed();
    const [step] = await findSteps(db, [task.id]);
    const common = {
      task_id: task.id,
      task_name: 'graph',
      namespace: 'shop',
      version: '2.1.0',
      correlation_id: 'request-1',
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    };
    for (const event of heard.events) expect(event).toMatchObject(common);
    const ofStep = { step_id: step?.stepId, step_name: 's0', retry_limit: 3 };
    expect(await heard.until('step.failed')).toEqual({
      ...common,
      ...ofStep,
      event_type: 'step.failed',
      attempt_number: 1,
      from_state: 'in_progress',
      to_state: 'error',
      execution_duration: expect.any(Number),
      error_message: 'out of range',
      exception_class: 'RangeError',
      backtrace: expect.arrayContaining([expect.stringContaining('events.db.test.ts')]),
    });
    expect(await heard.until('step.completed')).toEqual({
      ...common,
      ...ofStep,
      event_type: 'step.completed',
      attempt_number: 2,
      from_state: 'in_progress',
      to_state: 'complete',
      execution_duration: expect.any(Number),
    });
    expect(await heard.until('task.completed')).toEqual({
      ...common,
      event_type: 'task.completed',
      total_steps: 1,
      from_state: 'in_progress',
      to_state: 'complete',
    });
  });

  it('what operators do is told once, with who and why and the task’s correlation id (CORE-34, CORE-130, SURF-41, SURF-43, SURF-68)', async () => {
    const { db } = await kind.fresh();
    const by = { actor: 'ada', reason: 'as agreed' };
    const hold = gate();
    const tasker = await start(db, {
      templates: [
        graphOf(
          { bad: [], held: [], later: ['held'], last: ['bad', 'later'] },
          { every: { retry: { max_attempts: 1 }, skippable: true } },
        ),
      ],
      handlers: {
        async do({ stepName }) {
          if (stepName === 'held') await hold.opened;
          if (stepName === 'bad') throw new Error('bad');
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ ...request, correlationId: 'request-1' });
    await heard.until('step.failed');
    await tasker.skipStep(task.id, 'later', by);
    await tasker.resolveStep(task.id, 'bad', { by: 'hand' }, by);
    hold.open();
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    await heard.until('task.completed');
    const told = heard.events.filter((event) => event.actor !== undefined);
    expect(told).toMatchObject([
      { event_type: 'step.skipped', step_name: 'later', to_state: 'skipped', ...by, correlation_id: 'request-1' },
      {
        event_type: 'step.resolved_manually',
        step_name: 'bad',
        from_state: 'error',
        ...by,
        correlation_id: 'request-1',
      },
    ]);
    expect(countOf(heard.events)).toMatchObject({ 'step.skipped later': 1, 'step.resolved_manually bad': 1 });
  });

  it('a retry and a cancellation of a whole task are told once, with the steps they concern', async () => {
    const { db } = await kind.fresh();
    const by = { actor: 'ada', reason: 'as agreed' };
    const tasker = await start(db, {
      templates: [graphOf({ bad: [], beside: [] }, { every: { retry: { max_attempts: 1 } } })],
      handlers: {
        async do({ stepName, attempt, signal }) {
          if (stepName === 'bad' && attempt > 1) await untilAborted(signal);
          if (stepName === 'bad') throw new Error('bad');
        },
      },
    });
    const heard = listen(tasker);
    const task = await tasker.submit(request);
    await task.completed();
    await heard.until('task.failed');
    await tasker.retryTask(task.id, by);
    await heard.until('step.execution_requested', (event) => 'step_name' in event && event.attempt_number === 2);
    await tasker.cancelTask(task.id, by);
    await tasker.cancelTask(task.id, by);
    expect(heard.events.filter((event) => event.actor !== undefined).map(brief)).toEqual([
      'step.retry_requested bad 1: error → pending',
      'task.retry_requested: error → in_progress',
      'step.cancelled bad 2: in_progress → cancelled',
      'task.cancelled: in_progress → cancelled',
    ]);
    expect((await task.completed()).status).toBe('cancelled');
  });

  it('a step that the submission bypasses is told of once', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, {
      templates: [graphOf(chainOf(3), { every: { skippable: true } })],
      handlers: { do: () => 1 },
    });
    const heard = listen(tasker);
    const task = await tasker.submit({ ...request, bypassSteps: ['s0', 's1'] });
    await task.completed();
    expect(countOf(heard.events)).toEqual({
      'task.initialize_requested': 1,
      'step.skipped s0': 1,
      'step.skipped s1': 1,
      'task.start_requested': 1,
      'step.execution_requested s2': 1,
      'step.completed s2': 1,
      'task.completed': 1,
    });
  });

  it('what a lost worker held is told of by the process that finds it out, once (CORE-69)', async () => {
    const { db } = await kind.fresh();
    let silent = false;
    const cutOff = intercept(db, (_, run) => (silent ? Promise.reject(connectionLost()) : run()));
    const begun = gate();
    const lost = await start(cutOff, {
      upkeep: false,
      templates: [graphOf({ first: [], once: [] }, { steps: { once: { retry: { retryable: false } } } })],
      worker: { name: 'the lost one', leaseMs: 100 },
      handlers: {
        async do({ attempt, stepName }) {
          if (stepName === 'once') {
            begun.open();
            await new Promise(() => undefined);
          }
          return attempt;
        },
      },
    });
    const heardByLost = listen(lost);
    const task = await lost.submit({ ...request, correlationId: 'request-1' });
    await begun.opened;
    await heardByLost.until('step.completed');
    silent = true;
    const other = await start(db, { handlers: { do: ({ attempt }) => attempt } });
    const heard = listen(other);
    expect(await other.task(task.id).completed()).toMatchObject({ status: 'error' });
    const failed = await heard.until('step.failed');
    expect(failed).toMatchObject({
      step_name: 'once',
      error_code: 'WORKER_LOST',
      error_message: 'Worker the lost one was lost.',
      correlation_id: 'request-1',
    });
    await heard.until('task.failed', isStep(task.id));
    expect(countOf(heard.events)).toEqual({ 'step.failed once': 1, 'task.failed': 1 });
  });

  it('a subscriber that throws is named in the log and disturbs nobody (SURF-39)', async () => {
    const { db } = await kind.fresh();
    const log = createLog();
    const tasker = await start(db, { logger: log, templates: [graphOf(chainOf(3))], handlers: { do: () => 1 } });
    tasker.on('*', () => {
      throw new Error('no more of this');
    });
    const heard = listen(tasker);
    const task = await tasker.submit(request);
    expect(await task.completed()).toMatchObject({ status: 'complete' });
    expect(countOf(heard.events)).toMatchObject({ 'task.completed': 1, 'step.completed s2': 1 });
    expect(log.lines).toContainEqual({
      level: 'warn',
      fields: { err: expect.objectContaining({ message: 'no more of this' }) },
      message: 'a subscriber of task.completed failed',
    });
  });

  it('a subscriber hears what it asked for, until it has heard enough', async () => {
    const { db } = await kind.fresh();
    const tasker = await start(db, { templates: [graphOf(chainOf(1))], handlers: { do: () => 1 } });
    const heard: string[] = [];
    const stop = tasker.on('task.completed', (event) => heard.push(event.task_id));
    const first = await tasker.submit(request);
    await first.completed();
    stop();
    const second = await tasker.submit(request);
    await second.completed();
    expect(heard).toEqual([first.id]);
  });
});

function brief(event: TaskEvent | StepEvent): string {
  const subject = 'step_name' in event ? ` ${event.step_name} ${event.attempt_number}` : '';
  return `${event.event_type}${subject}: ${event.from_state} → ${event.to_state}`;
}

function countOf(events: readonly (TaskEvent | StepEvent)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    const subject = 'step_name' in event ? `${event.event_type} ${event.step_name}` : event.event_type;
    counts[subject] = (counts[subject] ?? 0) + 1;
  }
  return counts;
}
