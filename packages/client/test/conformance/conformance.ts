import { createTasker, type Database, defineTask, jsonSchema, PermanentError, type Tasker } from '@tasker/engine';
import { createServer, type Server } from '@tasker/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../../../engine/test/servers/databases.ts';
import type { InputOf, OperationName } from '../../src/index.ts';
import { routes } from '../../src/routes.ts';
import type { Answer, LeftOut, Place, Surface } from './surface.ts';

// Whatever can be asked of Tasker is answered alike, whichever way it is asked: good and bad requests, what is not
// there, what contradicts, what is too large, and what comes many times at once.

// Tasks for questions: one that ends well, one that fails until it is mended, one that nobody works on.

interface Greeting {
  readonly name: string;
}

const input = jsonSchema<Greeting>({
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' } },
});

const greet = defineTask({ namespace: 'shop', name: 'greet', version: '1.0.0', input })
  .step('hello', { run: (step) => ({ said: `hello ${step.input.name}` }) })
  .step('goodbye', { after: ['hello'], skippable: true, run: () => ({ said: 'goodbye' }) });

const once = defineTask({ namespace: 'shop', name: 'once', version: '1.0.0', identity: 'strict' }).step('only', {
  run: () => ({}),
});

const fail = defineTask({ namespace: 'shop', name: 'fail', version: '1.0.0' })
  .step('break', {
    run: () => {
      throw new PermanentError('The card was declined.', { errorCode: 'PAYMENT_DECLINED' });
    },
  })
  .step('after', { after: ['break'], run: () => ({}) });

const unserved = defineTask({ namespace: 'shop', name: 'unserved', version: '1.0.0' })
  .step('wait', { handler: 'nobody.has_this' })
  .step('then', { after: ['wait'], handler: 'nobody.has_this' });

const nowhere = '01a1f779-346e-76a1-9ee7-0b5664f00000';
const patience = { timeout: 240_000 };

/** Every operation that a surface may have. */
const operations = Object.keys(routes) as OperationName[];
/** What takes nothing cannot be asked for badly. */
const withoutInput: readonly OperationName[] = [
  'annotation.names',
  'handler.namespaces',
  'namespace.list',
  'health.live',
  'health.ready',
  'health.status',
];

/** Holds a surface to all that is asked of every surface. */
export function describeConformance(name: string, open: (place: Place) => Surface, leftOut: LeftOut = {}): void {
  describe(`${name} answers as every surface does`, patience, () => {
    let database: { db: Database; url: string; drop(): Promise<void> };
    let tasker: Tasker;
    let server: Server;
    let surface: Surface;

    beforeAll(async () => {
      // commands are processes of their own, so it takes a database that has room for several
      const kind = databases.find(({ concurrent }) => concurrent);
      if (kind === undefined) throw new Error('There is no database server to run tests on.');
      database = await kind.create();
      tasker = await createTasker({ database: database.db, tasks: [greet, once, fail, unserved], worker: {} });
      server = await createServer({ tasker, port: 0 });
      await server.start();
      surface = open({ url: server.url, database: database.url });
    }, 120_000);

    afterAll(async () => {
      await server.stop();
      await tasker.stop();
      await database.drop();
    });

    /** A task that has ended, or that waits for a handler that nobody has. */
    async function taskOf(name: 'greet' | 'fail' | 'unserved', context: object = { name: 'Ada' }): Promise<string> {
      const task = await tasker.submit({ namespace: 'shop', name, context });
      if (name !== 'unserved') await task.completed({ timeoutMs: 60_000 });
      return task.id;
    }

    const has = (operation: OperationName) => leftOut[operation] === undefined;
    const hasAll = (...wanted: OperationName[]) => wanted.every(has);
    const answered = new Set<OperationName>();
    const turnedDown = new Set<OperationName>();

    async function good<Name extends OperationName>(operation: Name, input: InputOf<Name>) {
      const answer = await surface.ask(operation, input);
      if (!answer.ok) throw new Error(`${operation} is refused: ${answer.code} ${answer.message}`);
      answered.add(operation);
      return answer.value;
    }

    async function refused<Name extends OperationName>(operation: Name, input: InputOf<Name>) {
      const answer = await surface.ask(operation, input);
      if (answer.ok) throw new Error(`${operation} is not refused: ${JSON.stringify(answer.value)}`);
      turnedDown.add(operation);
      return answer;
    }

    async function atOnce<Name extends OperationName>(times: number, operation: Name, input: InputOf<Name>) {
      const answers: Answer[] = await Promise.all(Array.from({ length: times }, () => surface.ask(operation, input)));
      if (answers.some(({ ok }) => ok)) answered.add(operation);
      return answers;
    }

    const order = { namespace: 'shop', name: 'greet', context: { name: 'Ada' }, idempotency_key: null } as const;
    /** A key of its own for each surface and test. */
    const key = () => `key-${Math.random()}`;
    const submission = (idempotency_key = key()) => ({ ...order, idempotency_key });

    it('SURF-03 submits a task with everything that can be said about it', async () => {
      const value = await good('task.submit', {
        ...submission(),
        priority: 7,
        tags: ['red', 'blue'],
        reason: 'test',
        initiator: 'ada',
        source_system: 'web',
        correlation_id: 'c-1',
        bypass_steps: ['goodbye'],
      });
      expect(value).toMatchObject({ status: 'pending', replayed: false, correlation_id: 'c-1' });
      expect(value['task']).toMatchObject({
        full_name: 'shop.greet@1.0.0',
        context: { name: 'Ada' },
        priority: 7,
        tags: ['red', 'blue'],
        reason: 'test',
        initiator: 'ada',
        source_system: 'web',
        bypass_steps: ['goodbye'],
      });
    });

    it('SURF-05 answers a second submission under a key with the task of the first, and refuses another context', async () => {
      const first = await good('task.submit', submission('twice'.concat(key())));
      const { idempotency_key } = first['task'] as { idempotency_key: string };
      const second = await good('task.submit', submission(idempotency_key));
      expect(second).toMatchObject({ task_id: first['task_id'], replayed: true });
      const other = await refused('task.submit', { ...submission(idempotency_key), context: { name: 'Bob' } });
      expect(other).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', details: { task_id: first['task_id'] } });
    });

    it('SURF-05 makes one task of many submissions under one key at once', async () => {
      const answers = await atOnce(4, 'task.submit', submission());
      expect(new Set(answers.map((answer) => answer.ok && answer.value['task_id'])).size).toBe(1);
      expect(answers.filter((answer) => answer.ok && answer.value['replayed'] === false)).toHaveLength(1);
    });

    it('refuses a task that its template takes for the same as another', async () => {
      const { idempotency_key: _, ...rest } = { ...order, name: 'once', context: { order: Math.random() } };
      const first = await good('task.submit', rest);
      expect(await refused('task.submit', rest)).toMatchObject({
        code: 'DUPLICATE_TASK',
        details: { task_id: first['task_id'] },
      });
    });

    it.each([
      [{ priority: 1000 }, 'INVALID_REQUEST'],
      [{ correlation_id: 'a b' }, 'INVALID_REQUEST'],
      [{ tags: [''] }, 'INVALID_REQUEST'],
      [{ bypass_steps: ['hello'] }, 'INVALID_REQUEST'],
      [{ context: {} }, 'INVALID_CONTEXT'],
      [{ context: [] }, 'INVALID_REQUEST'],
      [{ name: 'nothing' }, 'TEMPLATE_NOT_FOUND'],
      [{ version: '9.9.9' }, 'TEMPLATE_NOT_FOUND'],
    ] satisfies [object, string][])('SURF-04 refuses a submission with %j as %s', async (wrong, code) => {
      expect(await refused('task.submit', { ...submission(), ...wrong })).toMatchObject({ code });
    });

    it('SURF-04 lists every violation of a context', async () => {
      const { message, details } = await refused('task.submit', { ...submission(), context: { name: 1 } });
      expect(details).toMatchObject({ violations: [{ path: 'name' }] });
      expect(message).toContain('name');
    });

    it('refuses what is too large', async () => {
      const large = { ...submission(), context: { name: 'x'.repeat(1_100_000) } };
      const answer = await surface.ask('task.submit', large);
      // Without a door it is the engine that says what it keeps.
      const code = surface.hasDoor ? 'PAYLOAD_TOO_LARGE' : 'INVALID_REQUEST';
      expect(answer).toMatchObject({ ok: false, code });
      const steps = [{ name: 'only', handler: { callable: 'a.b' } }];
      const template = { namespace_name: 'conformance', name: 'large', description: 'x'.repeat(1_100_000), steps };
      // Without a door a template is as large as its file.
      if (surface.hasDoor) {
        expect(await refused('template.register', { template })).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
      } else expect(await good('template.register', { template })).toMatchObject({ template: { name: 'large' } });
    });

    it('SURF-01 SURF-02 lists tasks by filter and page', async () => {
      const tag = `page-${Math.random()}`;
      for (let count = 0; count < 3; count += 1) await good('task.submit', { ...submission(), tags: [tag] });
      const first = await good('task.list', { tag, limit: 2 });
      expect(first['tasks']).toHaveLength(2);
      const second = await good('task.list', { tag, limit: 2, cursor: String(first['next_cursor']) });
      expect(second).toMatchObject({ tasks: [{ name: 'greet', tags: [tag] }], next_cursor: null });
      expect(await good('task.list', { tag: 'none' })).toMatchObject({ tasks: [], next_cursor: null });
      for (const none of [{ correlation_id: 'none' }, { parent_correlation_id: 'none' }]) {
        expect(await good('task.list', { tag, ...none })).toMatchObject({ tasks: [] });
      }
    });

    it('SURF-01 SURF-22 lists tasks from the oldest on, and by what was noted about them', async () => {
      const tag = `noted-${Math.random()}`;
      const ids: string[] = [];
      for (const value of [1, '1', { deep: [1] }, 1]) {
        const { task_id } = await good('task.submit', { ...submission(), tags: [tag] });
        await tasker.annotate(String(task_id), 'conformance', { value });
        ids.push(String(task_id));
      }
      const listed = async (more: InputOf<'task.list'>) => {
        const { tasks } = await good('task.list', { tag, ...more });
        return (tasks as { task_id: string }[]).map(({ task_id }) => ids.indexOf(task_id));
      };
      expect(await listed({ sort_order: 'asc' })).toEqual([0, 1, 2, 3]);
      expect(await listed({ sort_by: 'requested_at', sort_order: 'desc' })).toEqual([3, 2, 1, 0]);
      const noted = { annotation_type: 'conformance', annotation_key: 'value' };
      expect(await listed({ ...noted, annotation_value: 1 })).toEqual([3, 0]);
      expect(await listed({ ...noted, annotation_value: 1, sort_order: 'asc', limit: 1 })).toEqual([0]);
      expect(await listed({ ...noted, annotation_value: '1' })).toEqual([1]);
      expect(await listed({ ...noted, annotation_value: { deep: [1] } })).toEqual([2]);
      expect(await listed({ annotation_type: 'conformance', annotation_value: { value: '1' } })).toEqual([1]);
      expect(await listed({ annotation_type: 'conformance' })).toEqual([3, 2, 1, 0]);
      expect(await listed({ annotation_type: 'nothing' })).toEqual([]);
      const { annotation_types } = await good('annotation.names', {});
      expect(annotation_types).toContainEqual({ name: 'conformance' });
      for (const wrong of [{ annotation_key: 'value' }, { annotation_type: 'x', annotation_key: 'value' }]) {
        expect(await refused('task.list', wrong)).toMatchObject({ code: 'INVALID_REQUEST' });
      }
    });

    it.each([{ limit: 0 }, { limit: 101 }, { cursor: 'x' }])('refuses a list of %j', async (wrong) => {
      expect(await refused('task.list', wrong)).toMatchObject({ code: 'INVALID_REQUEST' });
    });

    it('SURF-06 shows a task with its steps', async () => {
      const task_id = await taskOf('greet');
      expect(await good('task.show', { task_id })).toMatchObject({
        task: {
          task_id,
          status: 'complete',
          completion_percentage: 100,
          workflow_steps: [
            { name: 'hello', status: 'complete', results: { said: 'hello Ada' }, attempts: 1 },
            { name: 'goodbye', depends_on: ['hello'] },
          ],
          edges: [{ from: 'hello', to: 'goodbye' }],
        },
      });
    });

    const ofTask = [
      'task.show',
      'task.update',
      'task.cancel',
      'task.retry',
      'task.explain',
      'task.history',
      'task.graph',
    ] as const;
    const ofStep = [
      'step.show',
      'step.explain',
      'step.update',
      'step.cancel',
      'step.retry',
      'step.resolve',
      'step.skip',
    ] as const;

    it.each([...ofTask, 'step.list'] as const)(
      'SURF-18 %s of a task that there is not is refused',
      async (operation) => {
        const edit = operation === 'task.update' ? { reason: 'late' } : {};
        expect(await refused(operation, { task_id: nowhere, ...edit })).toMatchObject({ code: 'TASK_NOT_FOUND' });
        expect(await refused(operation, { task_id: 'nonsense', ...edit })).toMatchObject({ code: 'INVALID_REQUEST' });
      },
    );

    it.each(ofStep)('SURF-18 %s of a step that there is not is refused', async (operation) => {
      const task_id = await taskOf('unserved');
      const edit = operation === 'step.update' ? { retry_limit: 9 } : {};
      const answers = [
        [{ task_id, step: 'nothing' }, 'STEP_NOT_FOUND'],
        [{ task_id: nowhere, step: 'wait' }, 'TASK_NOT_FOUND'],
        [{ task_id: 'nonsense', step: 'wait' }, 'INVALID_REQUEST'],
      ] as const;
      for (const [of, code] of answers) expect(await refused(operation, { ...of, ...edit })).toMatchObject({ code });
    });

    const commands = ['task.cancel', 'task.retry'] as const;
    const stepCommands = ['step.cancel', 'step.retry', 'step.resolve', 'step.skip'] as const;

    it('SURF-09 SURF-12 SURF-13 what has ended well is not cancelled, retried or settled again', async () => {
      const task_id = await taskOf('greet');
      for (const operation of commands) {
        expect(await refused(operation, { task_id })).toMatchObject({ code: 'INVALID_TRANSITION' });
      }
      for (const operation of stepCommands) {
        expect(await refused(operation, { task_id, step: 'hello' })).toMatchObject({ code: 'INVALID_TRANSITION' });
      }
    });

    it.each(['step.cancel', 'step.resolve', 'step.skip'] as const)(
      'SURF-12 SURF-13 %s is done once, however many ask at once',
      async (operation) => {
        const task_id = await taskOf(operation === 'step.cancel' ? 'unserved' : 'fail', {});
        const step = operation === 'step.cancel' ? 'then' : 'break';
        const answers = await atOnce(3, operation, { task_id, step });
        const refusals = answers.flatMap((answer) => (answer.ok ? [] : answer.code));
        expect(answers.filter((answer) => answer.ok && answer.value['changed'] === true)).toHaveLength(1);
        expect(refusals.filter((code) => code !== 'INVALID_TRANSITION')).toEqual([]);
      },
    );

    it('SURF-13 a retry is one attempt more, however many ask at once', async () => {
      const task_id = await taskOf('fail', {});
      const answers = await atOnce(3, 'task.retry', { task_id });
      const changes = answers.filter((answer) => answer.ok && answer.value['changed'] === true).length;
      expect(changes).toBeGreaterThanOrEqual(1);
      await tasker.task(task_id).completed({ timeoutMs: 60_000 });
      expect(await good('step.show', { task_id, step: 'break' })).toMatchObject({ step: { attempts: 1 + changes } });
    });

    it('SURF-09 cancels a task once, however many ask at once, and none that has ended', async () => {
      const task_id = await taskOf('unserved');
      const answers = await atOnce(3, 'task.cancel', { task_id, actor: 'ada', reason: 'changed my mind' });
      expect(answers.map((answer) => answer.ok && answer.value['status'])).toEqual([
        'cancelled',
        'cancelled',
        'cancelled',
      ]);
      expect(answers.filter((answer) => answer.ok && answer.value['changed'] === true)).toHaveLength(1);
      expect(await refused('task.cancel', { task_id: await taskOf('greet') })).toMatchObject({
        code: 'INVALID_TRANSITION',
      });
    });

    it('explains why a task does not go on', async () => {
      const task_id = await taskOf('unserved');
      const reasons = [expect.objectContaining({ kind: 'no_worker', step: 'wait' })];
      expect(await good('task.explain', { task_id })).toMatchObject({
        task_id,
        reasons: expect.arrayContaining(reasons),
      });
      expect(await good('step.explain', { task_id, step: 'wait' })).toMatchObject({ reasons });
    });

    it('SURF-13 retries a failed task, and the failed step of one', async () => {
      const task_id = await taskOf('fail', {});
      expect(await good('task.retry', { task_id, reason: 'mended' })).toMatchObject({ task_id, changed: true });
      await tasker.task(task_id).completed({ timeoutMs: 60_000 });
      expect(await good('step.retry', { task_id, step: 'break' })).toMatchObject({ task_id, changed: true });
      await tasker.task(task_id).completed({ timeoutMs: 60_000 });
      expect(await good('step.show', { task_id, step: 'break' })).toMatchObject({
        step: { name: 'break', status: 'error', attempts: 3, error: { code: 'PAYMENT_DECLINED' } },
      });
      expect(await refused('step.retry', { task_id: await taskOf('greet'), step: 'hello' })).toMatchObject({
        code: 'INVALID_TRANSITION',
      });
    });

    it('SURF-13 settles a step by hand, and goes on', async () => {
      const task_id = await taskOf('fail', {});
      const resolved = await good('step.resolve', { task_id, step: 'break', result: { paid: 'cash' }, actor: 'ada' });
      expect(resolved).toMatchObject({ task_id, changed: true });
      await tasker.task(task_id).completed({ timeoutMs: 60_000 });
      expect(await good('task.show', { task_id })).toMatchObject({
        task: {
          status: 'complete',
          workflow_steps: [
            { status: 'resolved_manually', results: { paid: 'cash' }, actor: 'ada' },
            { status: 'complete' },
          ],
        },
      });
    });

    it('SURF-12 passes over a step, and takes one out', async () => {
      const failed = await taskOf('fail', {});
      expect(await good('step.skip', { task_id: failed, step: 'break' })).toMatchObject({ changed: true });
      expect((await tasker.task(failed).completed({ timeoutMs: 60_000 })).status).toBe('complete');
      const task_id = await taskOf('unserved');
      expect(await good('step.cancel', { task_id, step: 'then' })).toMatchObject({ task_id, changed: true });
      expect(await good('step.show', { task_id, step: 'then' })).toMatchObject({ step: { status: 'cancelled' } });
    });

    it('SURF-08 SURF-11 edits what can be edited', async () => {
      const task_id = await taskOf('unserved');
      expect(await good('task.update', { task_id, reason: 'late', tags: ['vip'] })).toMatchObject({
        changed: true,
        task: { reason: 'late', tags: ['vip'] },
      });
      expect(await good('step.update', { task_id, step: 'wait', retry_limit: 9 })).toMatchObject({
        step: { retry_limit: 9 },
      });
      expect(await refused('step.update', { task_id, step: 'wait', retry_limit: 0 })).toMatchObject({
        code: 'INVALID_REQUEST',
      });
    });

    it('SURF-10 tells the history and the graph of a task', async () => {
      const task_id = await taskOf('greet');
      const { events } = await good('task.history', { task_id });
      const kinds = (events as { kind: string }[]).map(({ kind }) => kind);
      expect(kinds).toEqual(expect.arrayContaining(['submitted', 'attempt_complete', 'task_complete']));
      expect(await good('task.graph', { task_id })).toMatchObject({
        nodes: [{ name: 'hello', status: 'complete' }, { name: 'goodbye' }],
        edges: [{ from: 'hello', to: 'goodbye' }],
      });
      expect(await good('step.list', { task_id })).toMatchObject({ steps: [{ name: 'hello' }, { name: 'goodbye' }] });
    });

    it('registers a template once, refuses other content under its version, and replaces it when told to', async () => {
      const template = (callable: string) => ({
        namespace_name: 'conformance',
        name: `t${Math.random()}`.replace('.', ''),
        version: '1.0.0',
        steps: [{ name: 'only', handler: { callable } }],
      });
      const first = template('a.b');
      const { name } = first;
      const registered = { namespace: 'conformance', name, version: '1.0.0' };
      expect(await good('template.register', { template: first })).toMatchObject({
        template: { ...registered, revision: 1 },
      });
      expect(await good('template.register', { template: first })).toMatchObject({ template: { revision: 1 } });
      const other = { ...template('c.d'), name };
      expect(await refused('template.register', { template: other })).toMatchObject({ code: 'TEMPLATE_CONFLICT' });
      expect(await good('template.register', { template: other, replace: true })).toMatchObject({
        template: { revision: 2 },
      });
      expect(await good('template.show', registered)).toMatchObject({
        template: { ...registered, revision: 2, document: { steps: [{ handler: { callable: 'c.d' } }] } },
      });
      const { templates } = await good('template.list', { namespace: 'conformance' });
      expect(templates).toContainEqual(expect.objectContaining({ name, version: '1.0.0', revision: 2 }));
      const { templates: page, next_cursor: cursor } = await good('template.list', { limit: 1 });
      expect(page).toHaveLength(1);
      const rest = await good('template.list', { limit: 1, cursor: String(cursor) });
      expect(rest.templates).not.toEqual(page);
    });

    it('refuses a template with every problem, and one that there is not', async () => {
      const wrong = { name: 'x', namespace_name: 'conformance', steps: [{ name: 'a', handler: {} }] };
      expect(await refused('template.register', { template: wrong })).toMatchObject({ code: 'INVALID_TEMPLATE' });
      expect(await refused('template.show', { namespace: 'shop', name: 'nothing' })).toMatchObject({
        code: 'TEMPLATE_NOT_FOUND',
      });
    });

    it('lists workers and namespaces', async () => {
      expect(await good('worker.list', {})).toMatchObject({
        workers: [{ state: 'running', info: { pid: process.pid } }],
      });
      const { namespaces } = await good('namespace.list', {});
      expect(namespaces).toContainEqual(expect.objectContaining({ name: 'shop', workers: 1 }));
    });

    it('SURF-14 says what can be submitted', async () => {
      expect(await good('handler.list', { namespace: 'shop' })).toMatchObject({
        handlers: expect.arrayContaining([expect.objectContaining({ name: 'greet', latest_version: '1.0.0' })]),
      });
      expect(await good('handler.show', { namespace: 'shop', name: 'greet' })).toMatchObject({
        handler: { full_name: 'shop.greet@1.0.0', available: true },
      });
      expect(await refused('handler.list', { namespace: 'nothing' })).toMatchObject({ code: 'NAMESPACE_NOT_FOUND' });
      expect(await good('handler.namespaces', {})).toHaveProperty('total_namespaces');
      const unknown = { namespace: 'shop', name: 'nothing' };
      expect(await refused('handler.show', unknown)).toMatchObject({ code: 'TEMPLATE_NOT_FOUND' });
    });

    const itStands = hasAll('health.live', 'health.ready', 'health.status') ? it : noTest;
    itStands('SURF-14 says how it stands', async () => {
      expect(await good('health.live', {})).toMatchObject({ alive: true });
      expect(await good('health.ready', {})).toMatchObject({ ready: true });
      expect(await good('health.status', {})).toHaveProperty('metrics');
    });

    it('tells what one version of a template has that another has not, and what of it breaks for others', async () => {
      const name = `t${Math.random()}`.replace('.', '');
      const named = { namespace: 'conformance', name };
      for (const [version, callable] of [
        ['1.0.0', 'a.b'],
        ['1.1.0', 'c.d'],
      ]) {
        const template = {
          namespace_name: 'conformance',
          name,
          version,
          steps: [{ name: 'only', handler: { callable } }],
          ...(version === '1.0.0' ? {} : { input_schema: { required: ['customer'] } }),
        };
        await good('template.register', { template });
      }
      expect(await good('template.diff', { ...named, from: '1.0.0' })).toMatchObject({
        from: { version: '1.0.0' },
        to: { version: '1.1.0' },
        differences: expect.arrayContaining([
          { path: 'steps.only.handler.callable', kind: 'changed', before: 'a.b', after: 'c.d' },
        ]),
        breaking: [{ path: 'input_schema', message: '`customer` must be there now.' }],
      });
      expect(await refused('template.diff', { ...named, from: '9.9.9' })).toMatchObject({ code: 'TEMPLATE_NOT_FOUND' });
    });

    const tooLong = 'n'.repeat(65);
    const badly: readonly (readonly [OperationName, () => Promise<Answer>])[] = [
      ['template.list', () => refused('template.list', { namespace: tooLong })],
      ['template.show', () => refused('template.show', { namespace: tooLong, name: 'greet' })],
      ['template.diff', () => refused('template.diff', { namespace: 'shop', name: tooLong, from: '1.0.0' })],
      ['handler.list', () => refused('handler.list', { namespace: tooLong })],
      ['handler.show', () => refused('handler.show', { namespace: 'shop', name: tooLong })],
      ['worker.list', () => refused('worker.list', { limit: 0 })],
    ];

    it.each(badly)('SURF-18 refuses %s with what cannot be meant', async (_, ask) => {
      expect(await ask()).toMatchObject({ code: 'INVALID_REQUEST' });
    });

    it('every operation was answered and refused here, or is left to others for a reason', () => {
      const asked = operations.filter(has);
      expect(asked.filter((operation) => !answered.has(operation))).toEqual([]);
      const refusable = asked.filter((operation) => !withoutInput.includes(operation));
      expect(refusable.filter((operation) => !turnedDown.has(operation))).toEqual([]);
    });

    it.each([...Object.entries(leftOut), ['nothing else', 'everything else was asked']])(
      '%s is left to others: %s',
      (operation) => {
        expect([...answered, ...turnedDown]).not.toContain(operation);
      },
    );
  });
}

/** In the place of a case about what the surface leaves to others, which is told at the end. */
const noTest = (_title: string, _case: () => Promise<void>) => undefined;
