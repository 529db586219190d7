import { once } from 'node:events';
import { connect } from 'node:net';
import { errorCatalogue } from '@tasker/contract';
import type { ErrorAnswer, HandlerAnswer, StepList, TaskAnswer, TaskList, TaskSubmitted } from '@tasker/contract/wire';
import { type Database, defineHandler, type TaskerOptions } from '@tasker/engine';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachDatabase, type TestDatabaseKind } from '../../../engine/test/servers/databases.ts';
import { startTasker } from '../../test/start.ts';
import { startServer } from '../../test/start-server.ts';
import { diamond, templateOf } from '../../test/template.ts';
import type { MetricsExporter } from '../metrics/metrics-exporter.ts';
import { createServer, type ServerOptions } from '../server.ts';

const order = { namespace: 'shapes', name: 'diamond', context: { a: 1 } };
const nowhere = '01890a5d-ac96-7000-8000-000000000000';

describeEachDatabase((kind) => {
  it('SURF-03 SURF-06 TC-01 a task is created, runs, and is shown with its steps and what was noted about it', async () => {
    const { tasker, send } = await open(kind);
    const created = await send('POST', '/tasks', { ...order, tags: ['x'], reason: 'test', initiator: 'ada' });
    expect(created).toMatchObject({
      status: 201,
      body: {
        status: 'pending',
        namespace: 'shapes',
        name: 'diamond',
        workflow_name: 'diamond',
        version: '1.0.0',
        parent_correlation_id: null,
        task: { tags: ['x'], reason: 'test', initiator: 'ada', context: { a: 1 } },
      },
    });
    const taskId = idOf(created.body);
    expect(created.headers.get('location')).toBe(`/tasker/tasks/${taskId}`);
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    await tasker.annotate(taskId, 'note', { by: 'ada' });
    const { body } = await send('GET', `/tasks/${taskId}`);
    expect(body).toMatchObject({
      task: {
        task_id: taskId,
        full_name: 'shapes.diamond@1.0.0',
        status: 'complete',
        complete: true,
        source_system: null,
        bypass_steps: [],
        execution_status: 'all_complete',
        health_status: 'healthy',
        recommended_action: 'finalize_task',
        completion_percentage: 100,
        task_annotations: [{ name: 'note', value: { by: 'ada' } }],
        workflow_steps: [{ name: 'first' }, { name: 'left' }, { name: 'right' }, { name: 'last', status: 'complete' }],
      },
    });
  });

  it.each([
    ['plain', {}],
    [
      'with all that may be said',
      {
        correlation_id: 'c-1',
        parent_correlation_id: 'p-1',
        idempotency_key: 'k-1',
        initiator: 'ada',
        source_system: 'shop',
        reason: 'test',
        tags: ['b', 'a'],
        priority: 7,
        context: { z: 1, a: [1.5, null, { deep: 'é' }] },
      },
    ],
    ['with a step to be passed over', { bypass_steps: ['first'] }],
  ])('SURF-03 the task in the answer to a submission is the one that is there: %s', async (_, more) => {
    const { send } = await open(kind, { worker: false });
    const created = await send('POST', '/tasks', { ...order, ...more });
    expect(created.status).toBe(201);
    const found = await send('GET', `/tasks/${idOf(created.body)}`);
    expect(found.body).toEqual({ task: Reflect.get(Object(created.body), 'task') });
  });

  it('SURF-03 a body may be wrapped, and say the names of the original', async () => {
    const { send } = await open(kind);
    const wrapped = { task: { namespace: 'shapes', workflow_name: 'diamond', workflow_version: '1.0.0', context: {} } };
    expect(await send('POST', '/tasks', wrapped)).toMatchObject({ status: 201, body: { name: 'diamond' } });
    expect(await send('POST', '/tasks', { ...wrapped, name: 'x' })).toMatchObject({
      status: 400,
      body: { error: { details: { field: 'name' } } },
    });
  });

  it.each([
    ['blank name', { ...order, name: '' }, 400, 'INVALID_REQUEST', 'name'],
    ['no name', { namespace: 'shapes', context: {} }, 400, 'INVALID_REQUEST', 'name'],
    ['no context', { namespace: 'shapes', name: 'diamond' }, 400, 'INVALID_REQUEST', 'context'],
    ['a list as context', { ...order, context: [] }, 400, 'INVALID_REQUEST', 'context'],
    ['a number as name', { ...order, name: 7 }, 400, 'INVALID_REQUEST', 'name'],
    ['a misspelt field', { ...order, priorty: 7 }, 400, 'INVALID_REQUEST', 'priorty'],
    ['a list as body', [], 400, 'INVALID_REQUEST', 'body'],
    ['null as body', 'null', 400, 'INVALID_REQUEST', 'body'],
    ['half a body', '{"name":', 400, 'INVALID_REQUEST', 'body'],
    ['a key twice', '{"name":"a","name":"b","context":{}}', 400, 'INVALID_REQUEST', 'body'],
    ['a name that cannot be stored', { ...order, name: 'a\u0000' }, 400, 'INVALID_REQUEST', 'name'],
    ['a step that may not be bypassed', { ...order, bypass_steps: ['nope'] }, 400, 'INVALID_REQUEST', undefined],
    ['an unknown template', { ...order, name: 'nope' }, 404, 'TEMPLATE_NOT_FOUND', undefined],
    [
      'a context that breaks its schema',
      { ...order, name: 'strict', context: { n: 'x' } },
      422,
      'INVALID_CONTEXT',
      undefined,
    ],
  ])('SURF-04 TC-02 TC-05 creation with %s is refused by its kind', async (_, body, status, code, field) => {
    const { send, tasker } = await open(kind);
    await tasker.register({
      ...templateOf({ only: [] }, { name: 'strict' }),
      input_schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n', 'm'] },
    });
    const answer = await send('POST', '/tasks', body);
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    if (field !== undefined) expect(answer.body).toMatchObject({ error: { details: { field } } });
    if (code === 'INVALID_CONTEXT') {
      expect(answer.body).toMatchObject({ error: { details: { violations: [{ path: 'm' }, { path: 'n' }] } } });
    }
  });

  it('SURF-05 TC-10 a submission with an idempotency key is answered once; the same identity is a conflict', async () => {
    const { send, tasker } = await open(kind);
    const headers = { 'idempotency-key': 'key-1' };
    const first = await send('POST', '/tasks', order, headers);
    const again = await send('POST', '/tasks', order, headers);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(idOf(again.body)).toBe(idOf(first.body));
    const other = await send('POST', '/tasks', { ...order, context: { b: 2 } }, headers);
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'IDEMPOTENCY_KEY_REUSED' } } });
    const twice = await send('POST', '/tasks', { ...order, idempotency_key: 'key-2' }, headers);
    expect(twice).toMatchObject({ status: 400, body: { error: { details: { field: 'idempotency_key' } } } });

    await tasker.register({ ...templateOf({ only: [] }, { name: 'once' }), identity_strategy: 'strict' });
    const once = { ...order, name: 'once' };
    const original = await send('POST', '/tasks', once);
    const duplicate = await send('POST', '/tasks', once);
    expect(duplicate).toMatchObject({
      status: 409,
      body: { error: { code: 'DUPLICATE_TASK', details: { task_id: idOf(original.body) } } },
    });
  });

  it('SURF-01 TC-102 lists are bounded, and pages neither skip nor repeat', async () => {
    const { send } = await open(kind, { worker: false });
    for (let n = 0; n < 25; n += 1) await send('POST', '/tasks', { ...order, context: { n } });
    const first = await send<TaskList>('GET', '/tasks');
    const shown = tasksOf(first.body);
    expect(shown).toHaveLength(20);
    expect(shown[0]).not.toHaveProperty('workflow_steps');
    const { next_cursor: cursor } = first.body;
    const second = await send('GET', `/tasks?cursor=${cursor}`);
    expect(second.body).toMatchObject({ next_cursor: null });
    const ids = [...shown, ...tasksOf(second.body)].map(idOf);
    expect(new Set(ids).size).toBe(25);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(tasksOf((await send('GET', '/tasks?limit=3&offset=2')).body).map(idOf)).toEqual(ids.slice(2, 5));
    const sorted = async (query: string) => tasksOf((await send('GET', `/tasks?${query}`)).body).map(idOf);
    const oldest = ids.toReversed();
    for (const column of ['created_at', 'requested_at', 'task_id']) {
      expect(await sorted(`sort_by=${column}&sort_order=asc&limit=100`)).toEqual(oldest);
      expect(await sorted(`sort_by=${column}&limit=100`)).toEqual(ids);
    }
    const half = await send<TaskList>('GET', '/tasks?sort_order=asc&limit=20');
    expect(await sorted(`sort_order=asc&cursor=${half.body.next_cursor}`)).toEqual(oldest.slice(20));
    for (const query of ['sort_by=context', 'sort_by=status', 'sort_order=up', 'sort_order=DESC']) {
      const { status, body } = await send('GET', `/tasks?${query}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: { details: { field: query.split('=')[0] } } });
    }
    for (const query of ['limit=101', 'limit=0', 'limit=x', 'limit=1.5', 'offset=-1', 'cursor=x', 'limit=1&limit=2']) {
      const field = query.split('=')[0];
      expect(await send('GET', `/tasks?${query}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'INVALID_REQUEST', details: { field } } },
      });
    }
  });

  it('SURF-02 TC-102 tasks are filtered; one that nobody has begun is pending', async () => {
    const { send, tasker } = await open(kind, { worker: false });
    await tasker.register(templateOf({ only: [] }, { name: 'other', namespace_name: 'elsewhere', version: '2.0.0' }));
    const one = idOf((await send('POST', '/tasks', { ...order, tags: ['red'], initiator: 'ada' })).body);
    const two = idOf((await send('POST', '/tasks', { namespace: 'elsewhere', name: 'other', context: {} })).body);
    await send('DELETE', `/tasks/${two}`);
    const found = async (query: string) => tasksOf((await send('GET', `/tasks?${query}`)).body).map(idOf);
    expect(await found('status=pending')).toEqual([one]);
    expect(await found('status=cancelled')).toEqual([two]);
    expect(await found('namespace=elsewhere')).toEqual([two]);
    expect(await found('version=2.0.0')).toEqual([two]);
    expect(await found('tag=red&initiator=ada&name=diamond')).toEqual([one]);
    expect(await found(`q=${one.slice(0, 13)}`)).toContain(one);
    expect(await found('created_after=2999-01-01T00:00:00Z')).toEqual([]);
    expect(await found('created_before=2999-01-01T00:00:00%2B02:00')).toEqual([two, one]);
    expect(await send('GET', '/tasks?status=done')).toMatchObject({ status: 400 });
    expect(await send('GET', '/tasks?stauts=pending')).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('did you mean `status`?') } },
    });
  });

  it('SURF-07 SURF-77 SURF-79 SURF-80 include_dependencies adds an analysis that counts right', async () => {
    const { send, tasker } = await open(kind, {}, 'left');
    const taskId = idOf((await send('POST', '/tasks', order)).body);
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    expect((await send<TaskAnswer>('GET', `/tasks/${taskId}?include_dependencies=off`)).body.task).not.toHaveProperty(
      'dependency_analysis',
    );
    const { body } = await send<TaskAnswer>('GET', `/tasks/${taskId}?include_dependencies=true`);
    const { dependency_analysis: analysis, workflow_steps: steps } = body.task;
    const last = steps[3]?.workflow_step_id;
    expect(analysis).toMatchObject({
      dependency_graph: { nodes: [{ name: 'first', level: 0 }, { level: 1 }, { level: 1 }, { level: 2 }] },
      critical_paths: { total_paths: 2, longest_path_length: 3, leaf_nodes: [last] },
      parallelism_opportunities: { total_levels: 3, max_parallel_steps: 2, parallelism_efficiency: 33.3 },
      error_chains: {
        total_error_steps: 1,
        error_percentage: 25,
        total_blocked_by_errors: 1,
        // 1 blocked, 1 downstream, 2 attempts, none left
        error_chains: [{ error_step_name: 'left', exhausted: true, downstream_steps: [last], total_impact: 46 }],
      },
      bottlenecks: {
        total_bottlenecks: 1,
        critical_bottlenecks: 0,
        // (5 + 15) · 2.5 + 2 · 3 + 20
        bottlenecks: [{ step_name: 'left', impact_score: 76, severity: 'High', bottleneck_type: 'Permanent Failure' }],
      },
      task_execution_summary: {
        total_steps: 4,
        total_dependencies: 4,
        dependency_levels: 3,
        longest_path_length: 3,
        critical_bottlenecks_count: 0,
        error_chains_count: 1,
        overall_health: 'critical',
      },
    });
  });

  it('SURF-07 SURF-77 SURF-78 the analysis says of a task that is well, and of one that waits, that they are healthy', async () => {
    const { send, tasker } = await open(kind, { worker: false });
    await tasker.register(
      templateOf({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'], e: [] }, { name: 'five', handler: 'nobody' }),
    );
    const taskId = idOf((await send('POST', '/tasks', { namespace: 'shapes', name: 'five', context: {} })).body);
    const { body } = await send<TaskAnswer>('GET', `/tasks/${taskId}?include_dependencies=1`);
    const { dependency_analysis: analysis } = body.task;
    const ids = new Map(body.task.workflow_steps.map((step) => [step.name, step.workflow_step_id]));
    expect(analysis?.dependency_graph.adjacency_list[ids.get('a') ?? '']).toEqual([ids.get('b'), ids.get('c')]);
    expect(analysis?.dependency_graph.reverse_adjacency_list[ids.get('d') ?? '']).toEqual([ids.get('b'), ids.get('c')]);
    expect(analysis?.dependency_graph.edges).toHaveLength(4);
    expect(analysis).toMatchObject({
      critical_paths: {
        total_paths: 3,
        longest_path_length: 3,
        paths: [{ step_names: ['a', 'b', 'd'], length: 3, completed_steps: 0, blocked_steps: 2, ready_steps: 1 }],
        root_nodes: [ids.get('a'), ids.get('e')],
        leaf_nodes: expect.arrayContaining([ids.get('d'), ids.get('e')]),
      },
      parallelism_opportunities: {
        total_steps: 5,
        total_levels: 3,
        max_parallel_steps: 2,
        current_parallel_opportunities: 2,
        blocked_parallel_opportunities: 3,
        overall_completion: 0,
        // two of three levels have more than one step
        parallelism_efficiency: 66.7,
        levels: [{ total_steps: 2, ready_steps: 2 }, { total_steps: 2, blocked_steps: 2 }, { total_steps: 1 }],
      },
      error_chains: { total_error_steps: 0, error_percentage: 0, most_critical_error: null, error_chains: [] },
      bottlenecks: { total_bottlenecks: 3, critical_bottlenecks: 0, overall_impact: 'Low' },
      task_execution_summary: {
        total_steps: 5,
        total_dependencies: 4,
        dependency_levels: 3,
        longest_path_length: 3,
        critical_bottlenecks_count: 0,
        error_chains_count: 0,
        overall_health: 'healthy',
        recommendations: ['Nothing is wrong with this task.'],
      },
    });
  });

  it('SURF-08 reason and tags of a task can be changed, and nothing else', async () => {
    const { send } = await open(kind, { worker: false });
    const taskId = idOf((await send('POST', '/tasks', order)).body);
    const changed = await send('PATCH', `/tasks/${taskId}`, { task: { reason: 'why', tags: ['a', 'b'] } });
    expect(changed).toMatchObject({ status: 200, body: { task: { reason: 'why', tags: ['a', 'b'] } } });
    expect(await send('PUT', `/tasks/${taskId}`, { tags: [] })).toMatchObject({ body: { task: { tags: [] } } });
    expect(await send('PATCH', `/tasks/${taskId}`, { status: 'complete', context: {} })).toMatchObject({
      status: 400,
      body: { error: { details: { violations: [{ path: 'status' }, { path: 'context' }] } } },
    });
    expect(await send('PATCH', `/tasks/${taskId}`, {})).toMatchObject({ status: 400 });
    expect(await send('PATCH', `/tasks/${nowhere}`, { tags: [] })).toMatchObject({ status: 404 });
  });

  it('SURF-09 a task is cancelled with its steps; what is over is not cancelled', async () => {
    const { send, tasker } = await open(kind);
    const done = idOf((await send('POST', '/tasks', order)).body);
    await tasker.task(done).completed({ timeoutMs: 20_000 });
    expect(await send('DELETE', `/tasks/${done}`)).toMatchObject({
      status: 409,
      body: { error: { code: 'INVALID_TRANSITION' } },
    });

    await tasker.register(templateOf({ a: [], b: ['a'] }, { name: 'idle', handler: 'nobody' }));
    const taskId = idOf((await send('POST', '/tasks', { ...order, name: 'idle' })).body);
    expect(await send('POST', `/tasks/${taskId}/cancel`, { reason: 'no need', actor: 'ada' })).toMatchObject({
      status: 200,
      body: {
        cancelled: true,
        changed: true,
        status: 'cancelled',
        task: { workflow_steps: [{ status: 'cancelled' }, { status: 'cancelled' }] },
      },
    });
    expect(await send('DELETE', `/tasks/${taskId}`)).toMatchObject({ status: 200, body: { changed: false } });
    expect((await send('GET', `/tasks/${taskId}/explain`)).body).toMatchObject({
      reasons: expect.arrayContaining([
        expect.objectContaining({ kind: 'task_cancelled', reason: expect.stringContaining('ada') }),
      ]),
    });
  });

  it('SURF-10 TC-104 steps are listed and shown with their neighbours, by id and by name; never another task’s', async () => {
    const { send, tasker } = await open(kind, { worker: false });
    await tasker.register(templateOf({ a: [], b: [], c: ['a', 'b'], d: ['a', 'b'], e: ['a', 'b'] }, { name: 'wide' }));
    const taskId = idOf((await send('POST', '/tasks', { ...order, name: 'wide' })).body);
    const other = idOf((await send('POST', '/tasks', order)).body);
    const { body } = await send<StepList>('GET', `/tasks/${taskId}/workflow_steps`);
    const [a, b, c, d, e] = body.steps;
    expect(c?.parents_ids).toEqual([a?.workflow_step_id, b?.workflow_step_id]);
    expect(c?.siblings_ids).toEqual([d?.workflow_step_id, e?.workflow_step_id]);
    expect(a?.children_ids).toEqual([c?.workflow_step_id, d?.workflow_step_id, e?.workflow_step_id]);
    expect(a?.siblings_ids).toEqual([b?.workflow_step_id]);
    const byId = await send('GET', `/tasks/${taskId}/workflow_steps/${c?.workflow_step_id}`);
    expect(byId.body).toEqual({ step: c });
    expect((await send('GET', `/tasks/${taskId}/workflow_steps/c`)).body).toEqual({ step: c });
    expect(await send('GET', `/tasks/${other}/workflow_steps/${c?.workflow_step_id}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'STEP_NOT_FOUND' } },
    });
    expect(await send('GET', `/tasks/${nowhere}/workflow_steps`)).toMatchObject({ status: 404 });
    expect(await send('POST', `/tasks/${taskId}/workflow_steps`, {})).toMatchObject({ status: 405 });
  });

  it('SURF-11 attempts and inputs of a step can be changed, its state and results cannot', async () => {
    const { send } = await open(kind, { worker: false });
    const taskId = idOf((await send('POST', '/tasks', order)).body);
    const step = `/tasks/${taskId}/workflow_steps/first`;
    expect(await send('PATCH', step, { workflow_step: { retry_limit: 9, inputs: { a: 2 } } })).toMatchObject({
      status: 200,
      body: { step: { retry_limit: 9, inputs: { a: 2 } } },
    });
    expect(await send('PUT', step, { retry_limit: 3 })).toMatchObject({ body: { step: { retry_limit: 3 } } });
    for (const body of [{ status: 'complete' }, { results: {} }, { retry_limit: 0 }, { inputs: [] }, {}]) {
      expect(await send('PATCH', step, body)).toMatchObject({ status: 400 });
    }
  });

  it('SURF-12 SURF-13 steps are retried, resolved, skipped and cancelled, where their state allows it', async () => {
    const { send, tasker } = await open(kind, {}, 'left');
    const taskId = idOf((await send('POST', '/tasks', order)).body);
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    const step = (name: string, verb = '') => `/tasks/${taskId}/workflow_steps/${name}${verb}`;
    expect(await send('POST', step('first', '/retry'))).toMatchObject({ status: 409 });
    expect(await send('DELETE', step('first'))).toMatchObject({ status: 409 });
    expect(await send('POST', step('left', '/retry'), { reason: 'again' })).toMatchObject({
      status: 200,
      body: { changed: true },
    });
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    expect(await send('POST', `/tasks/${taskId}/retry`)).toMatchObject({ status: 200, body: { changed: true } });
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    const resolved = await send('POST', step('left', '/resolve'), { result: [1], reason: 'by hand', actor: 'ada' });
    expect(resolved).toMatchObject({
      status: 200,
      body: { step: { status: 'resolved_manually', results: [1], actor: 'ada', reason: 'by hand' } },
    });
    expect(await tasker.task(taskId).completed({ timeoutMs: 20_000 })).toMatchObject({ status: 'complete' });
    expect((await send('GET', `/tasks/${taskId}/events`)).body).toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ kind: 'operator_resolve', actor: 'ada' })]),
    });

    await tasker.register(templateOf({ a: [], b: ['a'], c: ['b'] }, { name: 'idle', handler: 'nobody' }));
    const idle = idOf((await send('POST', '/tasks', { ...order, name: 'idle' })).body);
    expect(await send('POST', `/tasks/${idle}/workflow_steps/b/skip`)).toMatchObject({ status: 200 });
    expect(await send('DELETE', `/tasks/${idle}/workflow_steps/c?reason=no`)).toMatchObject({
      status: 200,
      body: { cancelled: true, step: { status: 'cancelled' } },
    });
    expect(await send('POST', `/tasks/${idle}/workflow_steps/zzz/cancel`)).toMatchObject({ status: 404 });
  });

  it('SURF-14 SURF-15 SURF-17 what can be submitted is found at once, and versions are compared as versions', async () => {
    const { send, tasker } = await open(kind);
    expect((await send('GET', '/handlers')).body).toMatchObject({
      namespaces: [
        { name: 'default', handler_count: 0 },
        { name: 'shapes', handler_count: 1 },
      ],
      total_namespaces: 2,
    });
    for (const version of ['9.0.0', '10.0.0']) await tasker.register(templateOf({ a: [] }, { version }));
    expect((await send('GET', '/handlers/shapes')).body).toMatchObject({
      handlers: [
        { name: 'diamond', versions: ['10.0.0', '9.0.0', '1.0.0'], latest_version: '10.0.0', handler_count: 3 },
      ],
      total_handlers: 1,
    });
    expect((await send('GET', '/handlers')).body).toMatchObject({ namespaces: [{}, { handler_count: 1 }] });
    const version = async (query: string) =>
      (await send<HandlerAnswer>('GET', `/handlers/shapes/diamond${query}`)).body.handler.version;
    expect(await version('')).toBe('10.0.0');
    expect(await version('?version=latest')).toBe('10.0.0');
    expect(await version('?version=9.0.0')).toBe('9.0.0');
    expect(await send('GET', '/handlers/shapes/diamond?version=0.1.0')).toMatchObject({ status: 404 });
    expect(await send('GET', '/handlers/shapes/nope')).toMatchObject({ status: 404 });
    expect(await send('GET', '/handlers/nope')).toMatchObject({
      status: 404,
      body: { error: { code: 'NAMESPACE_NOT_FOUND' } },
    });
    await tasker.register(templateOf({ a: [] }, { name: 'new', handler: 'nobody' }));
    expect((await send('GET', '/handlers/shapes/new')).body).toMatchObject({
      handler: { available: false, missing_handlers: ['nobody'] },
    });
  });

  it('SURF-16 the graph of a template has every dependency, and a cycle is refused', async () => {
    const { send } = await open(kind);
    const { handler } = (await send<HandlerAnswer>('GET', '/handlers/shapes/diamond')).body;
    expect(handler.dependency_graph.edges).toEqual([
      { from: 'first', to: 'left', type: 'dependency' },
      { from: 'first', to: 'right', type: 'dependency' },
      { from: 'left', to: 'last', type: 'dependency' },
      { from: 'right', to: 'last', type: 'dependency' },
    ]);
    expect(handler.dependency_graph.execution_order).toEqual(['first', 'left', 'right', 'last']);
    const step = (name: string, dependencies: string[]) => ({ name, dependencies, handler: { callable: 'do' } });
    const cycle = { name: 'loop', steps: [step('a', ['b']), step('b', ['a'])] };
    const refused = await send('POST', '/templates', { template: cycle });
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'INVALID_TEMPLATE' } } });
  });

  it('templates are registered as JSON and as YAML, shown, compared and drawn', async () => {
    const { send } = await open(kind);
    const text =
      'name: yaml\nnamespace_name: shapes\nversion: 1.0.0\nsteps:\n  - name: a\n    handler: {callable: do}\n';
    const yaml = { 'content-type': 'application/yaml' };
    expect(await send('POST', '/templates', text, yaml)).toMatchObject({ status: 201, body: { created: true } });
    expect(await send('POST', '/templates', text, yaml)).toMatchObject({ status: 200, body: { created: false } });
    expect(await send('POST', '/templates', text.replace('do', 'else'), yaml)).toMatchObject({
      status: 409,
      body: { error: { code: 'TEMPLATE_CONFLICT' } },
    });
    const replacing = await send('POST', '/templates', { yaml: text.replace('do', 'else'), replace: true });
    expect(replacing).toMatchObject({ status: 201, body: { template: { revision: 2 } } });
    expect((await send('GET', '/templates/shapes/yaml/diff?from=1.0.0&from_revision=1')).body).toMatchObject({
      from: { revision: 1 },
      to: { revision: 2 },
      differences: [{ path: 'steps.a.handler.callable', before: 'do', after: 'else' }],
    });
    expect((await send('GET', '/templates?namespace=shapes')).body).toMatchObject({
      templates: [{ name: 'diamond', step_count: 4 }, { name: 'yaml' }],
    });
    const svg = await send('GET', '/templates/shapes/diamond/graph?format=svg');
    expect(svg.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(svg.body).toContain('<svg');
    expect((await send('GET', '/templates/shapes/diamond/graph')).body).toMatchObject({
      graph: { levels: [['first'], {}, {}] },
    });
    expect(await send('POST', '/tasks', text, yaml)).toMatchObject({ status: 415 });
  });

  it('the graph of a task comes as data and drawn', async () => {
    const { send, tasker } = await open(kind);
    const taskId = idOf((await send('POST', '/tasks', order)).body);
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    expect((await send('GET', `/tasks/${taskId}/graph`)).body).toMatchObject({
      nodes: [{ status: 'complete' }, {}, {}, {}],
    });
    expect((await send('GET', `/tasks/${taskId}/graph?format=mermaid`)).body).toMatch(/^flowchart TD$/m);
    expect((await send('GET', `/tasks/${taskId}/graph?format=dot`)).body).toMatch(/^digraph/);
    expect(await send('GET', `/tasks/${taskId}/graph?format=png`)).toMatchObject({ status: 400 });
  });

  it('a template that has not changed is not sent again', async () => {
    const { send, tasker } = await open(kind);
    const path = '/templates/shapes/diamond';
    const first = await send('GET', path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    const again = await send('GET', path, undefined, { 'if-none-match': `"x", W/${etag}` });
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', etag]);
    await tasker.register(templateOf({ a: [] }, { version: '2.0.0' }));
    expect((await send('GET', path, undefined, { 'if-none-match': etag })).status).toBe(200);
  });
});

describeEachDatabase((kind) => {
  it('SURF-18 every refusal has the same form, and names a code of the catalogue', async () => {
    const { send } = await open(kind);
    const refusals = [
      await send('POST', '/tasks', {}),
      await send('GET', '/tasks/x'),
      await send('GET', `/tasks/${nowhere}`),
      await send('GET', '/nope'),
      await send('PATCH', '/tasks', {}),
      await send('OPTIONS', '/tasks'),
      await send('POST', '/tasks', 'x', { 'content-type': 'text/plain' }),
      await send('POST', '/tasks', JSON.stringify({ ...order, context: { a: 'x'.repeat(1_048_576) } })),
      await send('GET', '/tasks', undefined, { 'x-correlation-id': 'no good' }),
      await send('GET', `/tasks/%zz`),
      await send('GET', `/tasks/${'x'.repeat(3000)}`),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([400, 400, 404, 404, 405, 405, 415, 413, 400, 400, 400]);
    for (const { body, headers, status } of refusals) {
      const { error, correlation_id: correlationId } = body as ErrorAnswer;
      expect(errorCatalogue[error.code].status).toBe(status);
      expect(error.message).toEqual(expect.any(String));
      expect(headers.get('x-correlation-id')).toBe(correlationId);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
    expect(refusals[4]?.headers.get('allow')).toBe('POST, GET, HEAD');
  });

  it('SURF-18 a body that is not read here is told by its kind', async () => {
    const { send } = await open(kind, { worker: false });
    const body = JSON.stringify(order);
    for (const [headers, named] of [
      [{ 'content-type': 'application/x-www-form-urlencoded' }, 'type application/x-www-form-urlencoded is not'],
      [{ 'content-type': 'text/plain;charset=UTF-8' }, 'type text/plain;charset=UTF-8 is not'],
      [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'application/json in gzip is not'],
    ] as const) {
      for (const path of ['/tasks', '/graphql']) {
        const answer = await send('POST', path, body, headers);
        expect(answer.status).toBe(415);
        expect(JSON.stringify(answer.body)).toContain(named);
      }
    }
    expect(await send('POST', '/tasks', body, { 'content-encoding': 'identity' })).toMatchObject({ status: 201 });
  });

  it.each([
    ['NONSENSE', 400, { error: { code: 'INVALID_REQUEST', details: { field: 'request' } } }],
    ['GET /tasker/tasks HTTP/1.1', 400, { error: { code: 'INVALID_REQUEST', details: { field: 'Host' } } }],
    ['GET /tasker/tasks HTTP/1.1\r\nHost: localhost\r\nExpect: the-impossible', 200, { tasks: [] }],
  ])('SURF-18 what is no HTTP, or odd, is answered in that form, too: %j', async (head, status, body) => {
    const { url } = await open(kind);
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(`${head}\r\nConnection: close\r\n\r\n`);
    let said = '';
    socket.on('data', (data: Buffer) => {
      said += data.toString();
    });
    await once(socket, 'close');
    expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(said.slice(said.indexOf('{')))).toMatchObject(body);
  });

  it('SURF-18 a fault of ours says nothing of its inside, and its cause is in the log', async () => {
    const { db } = await kind.fresh();
    const logged: object[] = [];
    const logger = { debug: () => undefined, error: (fields: object) => logged.push(fields) };
    const tasker = await startTasker(db, { worker: false });
    const broken = { ...tasker, db: failing(tasker.db, new TypeError('secret')) };
    const { send } = await startServer(broken, { logger });
    const answer = await send('GET', '/tasks', undefined, { 'x-correlation-id': 'trouble' });
    expect(answer).toMatchObject({
      status: 500,
      body: { error: { code: 'INTERNAL_ERROR' }, correlation_id: 'trouble' },
    });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(logged).toEqual([{ err: expect.any(TypeError), correlation_id: 'trouble' }]);
  });

  it('a database that is away is 503 with a time to come back (TC-90)', async () => {
    const { db } = await kind.fresh();
    const tasker = await startTasker(db, { worker: false });
    const lost = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    const { send } = await startServer({ ...tasker, db: failing(tasker.db, lost) });
    const answer = await send('GET', '/tasks');
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'DATABASE_UNAVAILABLE' } } });
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('SURF-68 TC-26 a correlation id is taken over, passed on and answered', async () => {
    const { send } = await open(kind, { worker: false });
    const headers = { 'x-correlation-id': 'cs-1' };
    const created = await send('POST', '/tasks', order, headers);
    expect(created.headers.get('x-correlation-id')).toBe('cs-1');
    expect(created.body).toMatchObject({ correlation_id: 'cs-1' });
    const own = await send('POST', '/tasks', { ...order, correlation_id: 'own', parent_correlation_id: 'up' }, headers);
    expect(own.body).toMatchObject({ correlation_id: 'own', parent_correlation_id: 'up' });
    expect(tasksOf((await send('GET', '/tasks?correlation_id=cs-1')).body)).toHaveLength(1);
    const without = await send('POST', '/tasks', order);
    expect(without.body).toMatchObject({ correlation_id: idOf(without.body) });
    const wrong = await send('POST', '/tasks', { ...order, correlation_id: null }, headers);
    expect(wrong).toMatchObject({ status: 400, body: { error: { details: { field: 'correlation_id' } } } });
  });

  it('a trace that a request comes in stays with its task and is logged; what is none is passed over', async () => {
    const logged: object[] = [];
    const logger = { debug: (fields: object) => void logged.push(fields), error() {} };
    const { send } = await open(kind, { worker: false }, undefined, { logger });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const created = await send('POST', '/tasks', order, { traceparent });
    expect(created).toMatchObject({ status: 201, body: { task: { traceparent } } });
    expect((await send('GET', `/tasks/${idOf(created.body)}`)).body).toMatchObject({ task: { traceparent } });
    expect(logged).toContainEqual(expect.objectContaining({ method: 'POST', traceparent }));
    const other = await send('POST', '/tasks', { ...order, context: { a: 2 } }, { traceparent: '00-0-0-01' });
    expect(other).toMatchObject({ status: 201, body: { task: { traceparent: null } } });
  });

  it('more submissions than it takes at once are turned away before anything is done (TC-90, TC-91)', async () => {
    const { tasker, send } = await open(kind, { worker: false }, undefined, { mostSubmissions: 0 });
    const refused = await send('POST', '/tasks', order);
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'OVERLOADED' } } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await tasker.db.query({ text: 'select id from tasker.task' })).toEqual([]);
  });

  it('a stopping server answers what is under way, and takes nothing more', async () => {
    const { db } = await kind.fresh();
    let begun = () => {};
    const reading = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const tasker = await startTasker(db, { worker: false });
    const slow: Database = {
      ...tasker.db,
      transaction: async (work) => {
        begun();
        await held;
        return db.transaction(work);
      },
    };
    // long enough to be noticed, should it wait for more than the answer
    const { send, stop, url } = await startServer({ ...tasker, db: slow }, { drainMs: 120_000 });
    const { hostname, port } = new URL(url);
    const unused = connect(Number(port), hostname);
    await once(unused, 'connect');
    const underWay = send('GET', '/tasks');
    await reading;
    const stopping = stop();
    await expect(fetch(`${url}/tasker/tasks`)).rejects.toThrow(/fetch failed/);
    goOn();
    expect(await underWay).toMatchObject({ status: 200 });
    await stopping;
  });

  it('pages of other origins are let in by name, and answered no more than that', async () => {
    const { send } = await open(kind, { worker: false }, undefined, { cors: { origins: ['https://ops.example'] } });
    const from = (origin: string, method = 'GET') =>
      send(method, '/tasks', undefined, { origin, 'access-control-request-method': 'POST' });
    expect((await from('https://ops.example')).headers.get('access-control-allow-origin')).toBe('https://ops.example');
    expect((await from('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    expect((await from('https://ops.example', 'OPTIONS')).status).toBe(204);
    const evil = await send('POST', '/tasks', order, { origin: 'https://evil.example' });
    expect(evil).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } });
    expect(await send('POST', '/tasks', order, { origin: 'https://ops.example' })).toMatchObject({ status: 201 });
  });

  it('nobody is let in from the network unasked', async () => {
    const { db } = await kind.fresh();
    const tasker = await startTasker(db, { worker: false });
    await expect(startServer(tasker, { host: '0.0.0.0' })).rejects.toThrow(/host is 0\.0\.0\.0.*insecure/s);
    await expect(startServer(tasker, { port: 70_000 })).rejects.toThrow(/port must be/);
    for (const origin of ['https://ops.example/', 'https://Ops.Example', 'ops.example', 'https://ops.example:443']) {
      await expect(startServer(tasker, { cors: { origins: [origin] } })).rejects.toThrow(
        `cors.origins has "${origin}", which no browser sends`,
      );
    }
    await startServer(tasker, { cors: { origins: ['http://127.0.0.1:5173', 'tauri://localhost'] } });
    await expect(startServer(tasker, { cors: { origins: '*', credentials: true } })).rejects.toThrow(
      /cors\.origins must name/,
    );
    const { send } = await startServer(tasker, { host: '0.0.0.0', insecure: true });
    expect(await send('GET', '/health/live')).toMatchObject({ status: 200 });
  });

  it('SURF-70 TC-107 a process is alive whatever happens, and ready when it can work', async () => {
    const { send, tasker } = await open(kind);
    expect(await send('GET', '/health/live')).toMatchObject({ status: 200, body: { alive: true, service: 'tasker' } });
    expect(await send('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: { ready: true, checks: { database: { status: 'healthy' }, migrations: { status: 'healthy' } } },
    });
    const gone = { ...tasker, db: failing(tasker.db, new Error('gone')) };
    const without = await startServer(gone);
    expect(await without.send('GET', '/health/live')).toMatchObject({ status: 200 });
    expect(await without.send('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { ready: false, failed_checks: ['database', 'migrations', 'lease'] },
    });
  });

  it('SURF-70 a process whose database is of an older version is not ready, and says what to run', async () => {
    const { send, tasker } = await open(kind);
    await tasker.db.query({
      text: 'delete from tasker.migration where version = (select max(version) from tasker.migration)',
    });
    const message = 'The database lacks 1 migration; run `tasker migrate`';
    expect(await send('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { ready: false, failed_checks: ['migrations'], checks: { migrations: { status: 'unhealthy', message } } },
    });
  });

  it('SURF-70 a process stays ready beside those of the next version, whose migration was there first', async () => {
    const { send, tasker } = await open(kind);
    await tasker.db.query({
      text: `insert into tasker.migration (version, name, checksum)
             select max(version) + 1, 'next', '' from tasker.migration`,
    });
    const message = 'The database is of a newer version, which takes over.';
    expect(await send('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: { ready: true, checks: { migrations: { status: 'healthy', message } } },
    });
    await tasker.db.query({ text: "update tasker.migration set checksum = 'other' where version = 1" });
    const { body } = await send('GET', '/health/ready');
    expect(body).toMatchObject({
      ready: false,
      checks: { migrations: { message: expect.stringMatching(/^Migration 1 \(init\) was changed/) } },
    });
  });

  it('SURF-71 TC-107 the status counts the system', async () => {
    const { send, tasker } = await open(kind);
    const taskId = idOf((await send('POST', '/tasks', order)).body);
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    const status = await send('GET', '/health/status');
    expect(status).toMatchObject({
      status: 200,
      body: { healthy: true, cached: false, metrics: { tasks: { total: 1, complete: 1 }, steps: { complete: 4 } } },
    });
    expect((await send('GET', '/health/status')).body).toMatchObject({ cached: true });
    const metrics = await send('GET', '/metrics');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metrics.body).toContain('tasker_tasks{status="complete"} 1\n');
  });

  it('CORE-120, SURF-69: the status tells how much is registered, and marks it', async () => {
    const { send, tasker } = await open(kind);
    tasker.on('task.*', () => undefined, { name: 'mailer' });
    await send('GET', '/metrics?format=json');
    const { body } = await send('GET', '/health/status');
    expect(body).toMatchObject({
      registries: {
        templates: { namespaces: 2, templates: 1, utilization: 'low', distribution: 'uniform', efficiency: 0.7 },
        subscriptions: { subscriptions: 1, failed: 0, utilization: 'low', distribution: 'uniform' },
        exporters: { exporters: 3, exported: 1, most_popular_formats: ['json'], distribution: 'even' },
      },
      cache: { store: 'MemoryStore', mode: 'local_only', working: true },
    });
  });

  it('CORE-126: the status is counted when the cache is broken, and the break is logged', async () => {
    const gone = () => Promise.reject(new Error('gone'));
    const logged: string[] = [];
    const logger = { debug: () => undefined, error: (_: object, message: string) => void logged.push(message) };
    const redis = new (class RedisStore {
      readonly get = gone;
      readonly set = gone;
    })();
    const { send } = await open(kind, {}, undefined, { cache: { store: redis }, logger });
    for (let i = 0; i < 2; i += 1) {
      expect(await send('GET', '/health/status')).toMatchObject({
        status: 200,
        body: {
          healthy: true,
          cached: false,
          cache: { store: 'RedisStore', mode: 'distributed_atomic', working: false },
        },
      });
    }
    expect(logged).toEqual(['the cache store RedisStore fails; answers are made anew meanwhile']);
  });

  it('CORE-124: settings of the cache and of health are followed, and refused where they cannot be', async () => {
    const kept = new Map<string, number>();
    const store = {
      get: () => undefined,
      set(key: string, _: string, ttlSeconds: number) {
        kept.set(key, ttlSeconds);
      },
    };
    const { send } = await open(kind, {}, undefined, {
      cache: { store, dashboardTtlSeconds: 77, prefix: 'shop' },
      health: { cacheDurationSeconds: 3 },
    });
    await send('GET', '/health/status');
    expect(Object.fromEntries(kept)).toEqual({
      'shop:answer:system_counts': 3,
      'shop:answer:registry_statistics': 77,
      [[...kept.keys()].find((key) => key.startsWith('shop:cache_perf:')) ?? '']: 3600,
    });
    const { tasker } = await open(kind);
    const server = await createServer({ tasker, cache: { store, prefix: 'own', defaultTtlSeconds: 44 } });
    onTestFinished(() => server.stop());
    const isText = (value: unknown): value is string => typeof value === 'string';
    await server.cache.fetch({ key: 'sales', isAnswer: isText }, async () => 'many');
    expect([kept.get('own:answer:sales'), server.cacheDetection.detect(store).mode]).toEqual([44, 'local_only']);
    await expect(open(kind, {}, undefined, { cache: { pressureThreshold: 2 } })).rejects.toThrow(
      'cache.pressureThreshold must be a number from 0 to 1, not 2.',
    );
  });

  it('CORE-119, SURF-61, SURF-62: metrics come in the format that is asked for, also in one of the program’s own', async () => {
    const names: MetricsExporter = {
      name: 'names',
      formats: ['XML'],
      mediaType: 'application/xml',
      export: ({ metrics }) => `<m>${metrics.map(({ name }) => name).join(' ')}</m>`,
    };
    const { send } = await open(kind, {}, undefined, { exporters: [names] });
    const typeOf = async (path: string, accept?: string) => {
      const { headers } = await send('GET', path, undefined, accept === undefined ? {} : { accept });
      return headers.get('content-type');
    };
    expect((await send('GET', '/metrics?format=json')).body).toMatchObject({
      total_metrics: 18,
      metrics: expect.arrayContaining([expect.objectContaining({ name: 'tasker_workers', value: 1 })]),
    });
    expect((await send('GET', '/metrics?format=CSV')).body).toContain(',tasker_tasks,gauge,0,,pending\r\n');
    expect((await send('GET', '/metrics?format=xml')).body).toContain('<m>tasker_tasks ');
    expect(await typeOf('/metrics')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await typeOf('/metrics', 'text/html, */*;q=0.1')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await typeOf('/metrics', 'text/csv')).toBe('text/csv; charset=utf-8; header=present');
    expect(await typeOf('/metrics', 'application/xml')).toBe('application/xml');
    // what is asked for by name counts more
    expect(await typeOf('/metrics?format=json', 'text/csv')).toBe('application/json; charset=utf-8');
    expect(await send('GET', '/metrics?format=yaml')).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'INVALID_REQUEST',
          message: '`format` must be one of prometheus, text, json, csv, xml, not "yaml".',
          details: { field: 'format' },
        },
      },
    });
    const taken = { ...names, formats: ['json'] };
    await expect(open(kind, {}, undefined, { exporters: [taken] })).rejects.toThrow('writes the format json already');
  });
});

async function open(
  kind: TestDatabaseKind,
  options: Omit<TaskerOptions, 'database'> = {},
  fail?: string,
  server: Omit<ServerOptions, 'tasker'> = {},
) {
  const { db } = await kind.fresh();
  const doIt = defineHandler('do', {}, ({ context }) => {
    if (context.stepName === fail) throw new Error('no luck');
    return { did: context.stepName };
  });
  const tasker = await startTasker(db, { templates: [diamond], handlers: [doIt], ...options });
  return { tasker, ...(await startServer(tasker, server)) };
}

/** A database of which every statement fails. */
function failing(db: Database, error: Error): Database {
  const fail = () => Promise.reject(error);
  return { ...db, query: fail, transaction: fail };
}

function idOf(body: unknown): string {
  return (body as TaskSubmitted).task_id;
}

function tasksOf(body: unknown): TaskList['tasks'] {
  return (body as TaskList).tasks;
}
