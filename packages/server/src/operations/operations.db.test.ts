import type { Static, TSchema } from 'typebox';
import { expect, it } from 'vitest';
import { describeOneDatabase } from '../../../engine/test/servers/databases.ts';
import { expectFits } from '../../test/answers.ts';
import { startTasker } from '../../test/start.ts';
import { diamond, templateOf } from '../../test/template.ts';
import { InvalidInput } from '../errors.ts';
import { listHandlerNamespaces } from './handler/list-handler-namespaces.ts';
import { listHandlers } from './handler/list-handlers.ts';
import { showHandler } from './handler/show-handler.ts';
import { invoke } from './invoke.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';
import type { Authorizer } from './permission.ts';
import { createServices } from './services.ts';
import { cancelStep } from './step/cancel-step.ts';
import { explainStep } from './step/explain-step.ts';
import { explainSteps } from './step/explain-steps.ts';
import { listSteps } from './step/list-steps.ts';
import { listStepsOfTasks } from './step/list-steps-of-tasks.ts';
import { resolveStep } from './step/resolve-step.ts';
import { retryStep } from './step/retry-step.ts';
import { showStep } from './step/show-step.ts';
import { skipStep } from './step/skip-step.ts';
import { updateStep } from './step/update-step.ts';
import { healthLive } from './system/health-live.ts';
import { healthReady } from './system/health-ready.ts';
import { healthStatus } from './system/health-status.ts';
import { listNamespaces } from './system/list-namespaces.ts';
import { listWorkers } from './system/list-workers.ts';
import { metrics } from './system/metrics.ts';
import { annotatedTasks } from './task/annotated-tasks.ts';
import { cancelTask } from './task/cancel-task.ts';
import { explainTask } from './task/explain-task.ts';
import { explainTasks } from './task/explain-tasks.ts';
import { listAnnotationNames } from './task/list-annotation-names.ts';
import { listTasks } from './task/list-tasks.ts';
import { retryTask } from './task/retry-task.ts';
import { showTask } from './task/show-task.ts';
import { showTasks } from './task/show-tasks.ts';
import { submitTask } from './task/submit-task.ts';
import { taskGraph } from './task/task-graph.ts';
import { taskHistories } from './task/task-histories.ts';
import { taskHistory } from './task/task-history.ts';
import { updateTask } from './task/update-task.ts';
import { diffTemplate } from './template/diff-template.ts';
import { listTemplates } from './template/list-templates.ts';
import { registerTemplate } from './template/register-template.ts';
import { showTemplate } from './template/show-template.ts';
import { showTemplates } from './template/show-templates.ts';

const nowhere = '01890a5d-ac96-7000-8000-000000000000';
const nobody = { correlationId: 'test', principal: null };

describeOneDatabase((kind) => {
  async function open(options: { readonly authorizer?: Authorizer; readonly fail?: string } = {}) {
    const { db } = await kind.fresh();
    const tasker = await startTasker(db, {
      templates: [diamond],
      handlers: {
        do({ stepName }: { stepName: string }) {
          if (stepName === options.fail) throw new Error('no luck');
          return { did: stepName };
        },
      },
    });
    const services = createServices({ tasker, ...(options.authorizer && { authorizer: options.authorizer }) });
    /** Calls an operation and holds its answer against its schema. */
    async function call<Input extends TSchema, Output extends TSchema>(
      operation: Operation<Input, Output>,
      input: object,
      principal: { name: string } | null = null,
    ): Promise<Static<Output>> {
      const answer = await invoke(operation, services, input, { ...nobody, principal });
      expectFits(operation.output, answer);
      return answer;
    }
    return { tasker, call };
  }

  it('every operation on a task that runs to its end answers as its schema says', async () => {
    const { tasker, call } = await open();
    const submitted = await call(submitTask, { namespace: 'shapes', name: 'diamond', context: { a: 1 } });
    expect(submitted).toMatchObject({ status: 'pending', workflow_name: 'diamond', version: '1.0.0', replayed: false });
    const { task_id } = submitted;
    await tasker.task(task_id).completed({ timeoutMs: 20_000 });

    const { task } = await call(showTask, { task_id });
    expect(task).toMatchObject({ status: 'complete', complete: true, completion_percentage: 100, context: { a: 1 } });
    const [first, left, right, last] = task.workflow_steps;
    expect(left?.siblings_ids).toEqual([right?.workflow_step_id]);
    expect(last).toMatchObject({
      parents_ids: [left?.workflow_step_id, right?.workflow_step_id],
      depends_on: ['left', 'right'],
      results: { did: 'last' },
      processed: true,
    });
    expect((await call(showStep, { task_id, step: 'first' })).step).toEqual(first);
    expect((await call(showStep, { task_id, step: first?.workflow_step_id })).step).toEqual(first);
    expect((await call(listSteps, { task_id })).steps).toHaveLength(4);
    expect((await call(listTasks, { status: 'complete' })).tasks).toMatchObject([{ task_id }]);
    expect((await call(taskGraph, { task_id })).edges).toContainEqual({ from: 'left', to: 'last' });
    expect((await call(explainTask, { task_id })).reasons).toMatchObject([{ kind: 'task_complete' }]);
    expect((await call(explainStep, { task_id, step: 'last' })).reasons).toMatchObject([{ kind: 'complete' }]);
    const { events } = await call(taskHistory, { task_id });
    expect(events[0]).toMatchObject({ kind: 'submitted', event_type: 'task.initialize_requested' });
    expect(events.at(-1)).toMatchObject({ kind: 'task_complete', event_type: 'task.completed' });

    const task_ids = [task_id, nowhere];
    const { workflow_steps, edges, ...overview } = task;
    expect(edges).toHaveLength(4);
    expect((await call(showTasks, { task_ids })).tasks).toEqual([overview]);
    expect((await call(listStepsOfTasks, { task_ids })).steps).toEqual(workflow_steps);
    expect((await call(taskHistories, { task_ids })).histories).toEqual([
      { task_id, events },
      { task_id: nowhere, events: [] },
    ]);
    expect((await call(explainTasks, { task_ids })).explanations).toEqual([
      await call(explainTask, { task_id }),
      { task_id: nowhere, reasons: [] },
    ]);
    const subjects = ['last', 'nope', 'first'].map((step) => ({ task_id, step }));
    expect((await call(explainSteps, { steps: subjects })).explanations).toMatchObject([
      { reasons: [{ step: 'last' }] },
      { reasons: [] },
      { reasons: [{ step: 'first' }] },
    ]);
    await tasker.annotate(task_id, 'note', { by: 'ada' });
    expect((await call(listAnnotationNames, {})).annotation_types).toEqual([{ name: 'note' }]);
    expect((await call(annotatedTasks, { annotation_type: 'note' })).tasks).toMatchObject([{ task_id }]);
    expect((await call(annotatedTasks, { annotation_type: 'none' })).tasks).toEqual([]);
    const updated = await call(updateTask, { task_id, tags: ['x'] }, { name: 'ada' });
    expect(updated).toMatchObject({ changed: true, task: { tags: ['x'] } });
  });

  it('operators’ commands answer with what they made of the task, and history knows who gave them', async () => {
    const { tasker, call } = await open({ fail: 'left' });
    const { task_id } = await call(submitTask, { namespace: 'shapes', name: 'diamond', context: {} });
    await tasker.task(task_id).completed({ timeoutMs: 20_000 });
    const edited = await call(updateStep, { task_id, step: 'left', retry_limit: 7 });
    expect(edited).toMatchObject({ changed: true, step: { retry_limit: 7 } });
    await call(retryStep, { task_id, step: 'left' });
    await tasker.task(task_id).completed({ timeoutMs: 20_000 });
    await call(retryTask, { task_id, reason: 'again' });
    await tasker.task(task_id).completed({ timeoutMs: 20_000 });
    const resolved = await call(
      resolveStep,
      { task_id, step: 'left', result: { by: 'hand' }, actor: 'somebody' },
      { name: 'ada' },
    );
    expect(resolved).toMatchObject({
      changed: true,
      step: { status: 'resolved_manually', actor: 'ada', results: { by: 'hand' } },
    });
    expect((await tasker.task(task_id).completed({ timeoutMs: 20_000 })).status).toBe('complete');

    await tasker.register(
      templateOf({ a: [], b: ['a'] }, { name: 'idle', namespace_name: 'elsewhere', handler: 'nobody' }),
    );
    const other = await call(submitTask, { namespace: 'elsewhere', name: 'idle', context: {}, priority: 5 });
    expect(other.task.priority).toBe(5);
    expect(await call(skipStep, { task_id: other.task_id, step: 'b' })).toMatchObject({ changed: true });
    await expect(call(retryStep, { task_id: other.task_id, step: 'a' })).rejects.toMatchObject({ status: 409 });
    expect(await call(cancelStep, { task_id: other.task_id, step: 'a' })).toMatchObject({ cancelled: true });
    const third = await call(submitTask, { namespace: 'elsewhere', name: 'idle', context: {} });
    const { task_id: thirdId } = third;
    expect(await call(cancelTask, { task_id: thirdId })).toMatchObject({ changed: true, cancelled: true });
    expect(await call(cancelTask, { task_id: thirdId })).toMatchObject({ changed: false, cancelled: true });
  });

  it('templates can be registered as data and as text, listed, shown and compared (TC-105)', async () => {
    const { call } = await open();
    const template = templateOf({ first: [] }, { version: '10.0.0' });
    expect(await call(registerTemplate, { template })).toMatchObject({ created: true });
    expect(await call(registerTemplate, { template })).toMatchObject({ created: false });
    const yaml =
      'name: diamond\nnamespace_name: shapes\nversion: 9.0.0\nsteps:\n  - name: a\n    handler: {callable: do}\n';
    expect(await call(registerTemplate, { yaml })).toMatchObject({
      template: { version: '9.0.0', latest: '10.0.0' },
    });
    await expect(call(registerTemplate, { yaml: yaml.replace('steps', 'stepz') })).rejects.toThrow(/stepz/);
    await expect(call(registerTemplate, { yaml, template })).rejects.toThrow(/not both/);
    expect((await call(listTemplates, { namespace: 'shapes' })).templates).toMatchObject([
      { version: '10.0.0' },
      { version: '9.0.0' },
      { version: '1.0.0' },
    ]);
    const { template: shown } = await call(showTemplate, { namespace: 'shapes', name: 'diamond', version: '1.0.0' });
    const known = { namespace: 'shapes', name: 'diamond' };
    const wanted = [{ ...known, version: '1.0.0' }, { ...known, name: 'nope' }, known, { ...known, revision: 9 }];
    const { templates } = await call(showTemplates, { templates: wanted });
    expect(templates).toEqual([shown, null, expect.objectContaining({ version: '10.0.0' }), null]);
    expect(shown.graph).toMatchObject({ execution_order: ['first', 'left', 'right', 'last'] });
    expect(shown.graph.levels).toEqual([['first'], ['left', 'right'], ['last']]);
    const diff = await call(diffTemplate, { namespace: 'shapes', name: 'diamond', from: '1.0.0' });
    expect(diff).toMatchObject({ from: { version: '1.0.0' }, to: { version: '10.0.0' } });
    expect(diff.differences).toContainEqual(expect.objectContaining({ path: 'steps.left', kind: 'removed' }));

    expect((await call(listHandlerNamespaces, {})).namespaces).toEqual([
      { name: 'default', handler_count: 0 },
      { name: 'shapes', handler_count: 1 },
    ]);
    expect((await call(listHandlers, { namespace: 'shapes' })).handlers).toMatchObject([
      { versions: ['10.0.0', '9.0.0', '1.0.0'], latest_version: '10.0.0', handler_count: 3 },
    ]);
    expect(await call(listHandlers, { namespace: 'default' })).toMatchObject({ handlers: [], total_handlers: 0 });
    await expect(call(listHandlers, { namespace: 'nowhere' })).rejects.toMatchObject({ code: 'NAMESPACE_NOT_FOUND' });
    const { handler } = await call(showHandler, { namespace: 'shapes', name: 'diamond' });
    expect(handler).toMatchObject({ version: '10.0.0', available: true, missing_handlers: [] });
  });

  it('the rest answers as its schema says', async () => {
    const { call } = await open();
    expect((await call(listWorkers, {})).workers).toMatchObject([{ state: 'running', handlers: ['shapes/do'] }]);
    expect((await call(listNamespaces, {})).namespaces).toHaveLength(2);
    expect(await call(healthLive, {})).toMatchObject({ alive: true });
    expect(await call(healthReady, {})).toMatchObject({ ready: true });
    expect(await call(healthStatus, {})).toMatchObject({ healthy: true, cached: false, workers: { alive: 1 } });
    expect(await call(healthStatus, {})).toMatchObject({ cached: true });
    expect(await call(metrics, {})).toContain('tasker_tasks{status="pending"} 0\n');
  });

  it('every violation of the input is told, with the name that was probably meant', async () => {
    const { call } = await open();
    const wrong = { name: 1, contxt: {}, priority: 1000, tags: ['ok', ''] };
    const error: unknown = await call(submitTask, wrong).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error).toMatchObject({
      code: 'INVALID_REQUEST',
      details: {
        violations: expect.arrayContaining([
          { path: 'name', message: 'must be string' },
          { path: 'context', message: 'is required' },
          { path: 'contxt', message: 'is not known here; did you mean `context`?' },
          { path: 'priority', message: 'must be <= 100' },
          { path: 'tags[1]', message: expect.stringContaining('must NOT have fewer than 1 characters') },
        ]),
      },
    });
    await expect(call(showTask, { task_id: 'x' })).rejects.toThrow('`task_id` must be a UUID');
    await expect(call(listTasks, { created_after: 'today' })).rejects.toThrow('must be a time such as');
    await expect(call(listTasks, { status: 'done' })).rejects.toThrow('must be one of pending, in_progress');
    await expect(call(submitTask, { name: 'a', workflow_name: 'b', context: {} })).rejects.toThrow(
      /`workflow_name` is the same as `name`/,
    );
    await expect(call(submitTask, { context: {} })).rejects.toThrow('`name` is required');
  });

  it('nothing is done, and nothing is said about the input, for those who may not', async () => {
    const asked: string[] = [];
    const { call } = await open({
      authorizer: {
        authorize(permission) {
          asked.push(permission);
          throw new Error('you may not');
        },
      },
    });
    const openToAll = new Set(['health.live', 'health.ready']);
    for (const operation of operations) {
      if (openToAll.has(operation.name)) await call(operation, {});
      else {
        await expect(call(operation, { nonsense: true })).rejects.toThrow('you may not');
        expect(asked.at(-1)).toBe(operation.permission);
      }
    }
  });
});
