import type { TaskResource, TaskSubmitted, TaskSummaryResource } from '@tasker/contract/wire';
import type { Database, FreshTask, TaskHandle, UntypedResults } from '@tasker/engine';
import { jsonText, type LazyAnswer } from './json-text.ts';
import { submittedText } from './submitted-text.ts';
import { readTask, taskResource, taskSummary } from './task-resource.ts';

/** What a submission is answered with: the task as it was then; where that is not known, as it is now. */
export async function submittedResource(db: Database, handle: TaskHandle<UntypedResults>): Promise<TaskSubmitted> {
  const fresh = handle.asSubmitted();
  if (fresh !== undefined) return new FreshResource(taskSummary(fresh.task), fresh);
  const task = await readTask(db, handle.id);
  return { ...headOf(task, handle.replayed), task };
}

/** The objects of the task are made when they are asked for: over HTTP nobody does, the text is enough. */
class FreshResource implements TaskSubmitted, LazyAnswer<TaskSubmitted> {
  readonly task_id: string;
  readonly status = 'pending';
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly workflow_name: string;
  readonly correlation_id: string;
  readonly parent_correlation_id: string | null;
  readonly replayed = false;
  readonly #summary: TaskSummaryResource;
  readonly #fresh: FreshTask;
  #task: TaskResource | undefined;

  constructor(summary: TaskSummaryResource, fresh: FreshTask) {
    this.task_id = summary.task_id;
    this.namespace = summary.namespace;
    this.name = summary.name;
    this.version = summary.version;
    this.workflow_name = summary.name;
    this.correlation_id = summary.correlation_id;
    this.parent_correlation_id = summary.parent_correlation_id;
    this.#summary = summary;
    this.#fresh = fresh;
  }

  get task(): TaskResource {
    this.#task ??= taskResource(this.#fresh.detail(), []);
    return this.#task;
  }

  toJSON(): TaskSubmitted {
    return { ...headOf(this.#summary, this.replayed), task: this.task };
  }

  [jsonText](): string {
    return submittedText(this, this.#summary, this.#fresh);
  }
}

function headOf(task: TaskSummaryResource, replayed: boolean): Omit<TaskSubmitted, 'task'> {
  return {
    task_id: task.task_id,
    // a worker may have been quicker than this look
    status: replayed ? task.status : 'pending',
    namespace: task.namespace,
    name: task.name,
    version: task.version,
    workflow_name: task.name,
    correlation_id: task.correlation_id,
    parent_correlation_id: task.parent_correlation_id,
    replayed,
  };
}
