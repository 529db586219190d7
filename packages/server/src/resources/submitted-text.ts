import type { TaskSubmitted, TaskSummaryResource } from '@tasker/contract/wire';
import { type FreshTask, stepIdPrefix } from '@tasker/engine';
import { type Stencil, stencilOf } from './stencil.ts';

/**
 * The answer to a submission as JSON. What the tasks of one graph have in common is written once and kept: making the
 * objects of every one and writing them would cost more than all else that is done for a submission.
 *
 * @param answer the same in objects
 */
export function submittedText(answer: TaskSubmitted, summary: TaskSummaryResource, fresh: FreshTask): string {
  const { task_id, created_at, correlation_id, parent_correlation_id } = summary;
  return commonText(answer, fresh.graph).write({
    taskId: task_id,
    stepIds: stepIdPrefix(task_id),
    time: created_at,
    ids: inside({ correlation_id, parent_correlation_id }),
    own: inside(ownOf(summary)),
    context: fresh.contextText,
  });
}

/** What every task says for itself, besides its context. */
function ownOf(summary: TaskSummaryResource) {
  return {
    priority: summary.priority,
    tags: summary.tags,
    initiator: summary.initiator,
    source_system: summary.source_system,
    reason: summary.reason,
    correlation_id: summary.correlation_id,
    parent_correlation_id: summary.parent_correlation_id,
    traceparent: summary.traceparent,
    idempotency_key: summary.idempotency_key,
  };
}

type Place = 'taskId' | 'stepIds' | 'time' | 'ids' | 'own' | 'context';

const known = new WeakMap<object, Stencil<Place>>();
/** Characters. The text of a task of thousands of steps is not kept: the memory of a server has better uses. */
const largestKept = 65_536;

function commonText(answer: TaskSubmitted, graph: object): Stencil<Place> {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const { task, ...head } = answer;
  const common = inside(without(head, ['correlation_id', 'parent_correlation_id']));
  const ofTask = inside(without(task, ['context', ...Object.keys(ownOf(task))]));
  const text = `{${common},${place.ids},"task":{${place.own},"context":${place.context},${ofTask}}}`;
  const made = stencilOf(text, placesIn(task.task_id));
  if (made.length <= largestKept) known.set(graph, made);
  return made;
}

/** JSON escapes such characters wherever else they stand. */
const place = { ids: '\u0001', own: '\u0002', context: '\u0003' };

/** Ids are random and times are named: no word of a template can be taken for one. */
function placesIn(taskId: string): ReadonlyMap<Place, RegExp> {
  return new Map([
    ['taskId', new RegExp(taskId)],
    ['stepIds', new RegExp(stepIdPrefix(taskId))],
    ['time', /(?<="(?:requested_at|created_at|due_at)":")[^"]+/],
    ['ids', new RegExp(place.ids)],
    ['own', new RegExp(place.own)],
    ['context', new RegExp(place.context)],
  ]);
}

function without(object: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** The JSON of an object without its braces. */
function inside(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}
