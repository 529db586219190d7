import type { Client } from '@tasker/client';
import type { TaskHistoryEvent, TaskResource, TaskSummaryResource } from '@tasker/contract/wire';

/** A Tasker that is asked. */
export interface Source {
  /** What it is called: the URL of the server or of the database. */
  readonly server: string;
  readonly tasker: Client;
}

export interface FoundTask {
  readonly server: string;
  readonly task: TaskResource;
  /** Of steps that were tried more than once, or failed; in order. */
  readonly history: readonly TaskHistoryEvent[];
}

export interface Collected {
  /** The oldest first. */
  readonly tasks: readonly FoundTask[];
  /** Who did not answer, or not to the end, and with what. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** There are more tasks than were to be collected. */
  readonly more: boolean;
}

/**
 * Everything that belongs to a correlation id: the tasks that have it, tasks of other ids that came of them, at any
 * depth, and the tasks that they came of themselves. A task that several servers know, because they share a database, is
 * told once.
 */
export async function collectTasks(
  sources: readonly Source[],
  correlationId: string,
  mostTasks = 500,
): Promise<Collected> {
  const failures = new Map<string, unknown>();
  const found = new Map<string, { readonly source: Source; readonly summary: TaskSummaryResource }>();
  const asked = new Set<string>();
  let more = false;
  const first: Search = { id: correlationId, alsoBelow: true };
  for (let searches = [first]; searches.length > 0; ) {
    const now = searches;
    for (const { id } of now) asked.add(id);
    const pages = await askEach(sources, failures, (source) => search(source, now, mostTasks));
    const next: Search[] = [];
    for (const { source, answer: summaries } of pages) {
      for (const summary of summaries) {
        if (found.has(summary.task_id)) continue;
        if (found.size >= mostTasks) more = true;
        else found.set(summary.task_id, { source, summary });
        const { correlation_id: own, parent_correlation_id: parent } = summary;
        if (!asked.has(own)) next.push({ id: own, alsoBelow: true });
        else if (parent !== null && !asked.has(parent)) next.push({ id: parent, alsoBelow: false });
      }
    }
    searches = next.filter(({ id }, place) => next.findIndex((each) => each.id === id) === place);
  }
  const answers = await askEach(sources, failures, (source) =>
    readAll(
      source,
      [...found.values()].flatMap((each) => (each.source === source ? each.summary.task_id : [])),
    ),
  );
  const tasks = answers.flatMap(({ answer }) => answer);
  return { tasks: tasks.toSorted((a, b) => ageOf(a) - ageOf(b)), failures, more };
}

interface Search {
  readonly id: string;
  /** Look for tasks that came of it, too. */
  readonly alsoBelow: boolean;
}

/** Asks all at once; whoever fails is left out from then on. */
async function askEach<Answer>(
  sources: readonly Source[],
  failures: Map<string, unknown>,
  ask: (source: Source) => Promise<Answer>,
): Promise<{ readonly source: Source; readonly answer: Answer }[]> {
  const answers = await Promise.all(
    sources.map(async (source) => {
      if (failures.has(source.server)) return [];
      try {
        return [{ source, answer: await ask(source) }];
      } catch (error) {
        failures.set(source.server, error);
        return [];
      }
    }),
  );
  return answers.flat();
}

async function search(source: Source, searches: readonly Search[], mostTasks: number): Promise<TaskSummaryResource[]> {
  const found: TaskSummaryResource[] = [];
  for (const { id, alsoBelow } of searches) {
    found.push(...(await list(source, { correlation_id: id }, mostTasks)));
    if (alsoBelow) found.push(...(await list(source, { parent_correlation_id: id }, mostTasks)));
  }
  return found;
}

/** One more than there may be, so that it shows. */
async function list(
  { tasker }: Source,
  filter: { readonly correlation_id: string } | { readonly parent_correlation_id: string },
  mostTasks: number,
): Promise<TaskSummaryResource[]> {
  const found: TaskSummaryResource[] = [];
  let cursor: string | undefined;
  do {
    const { tasks, next_cursor: next } = await tasker.tasks.list({ ...filter, limit: 100, cursor });
    found.push(...tasks);
    cursor = next ?? undefined;
  } while (cursor !== undefined && found.length <= mostTasks);
  return found;
}

async function readAll(source: Source, taskIds: readonly string[]): Promise<FoundTask[]> {
  const read: FoundTask[] = [];
  for (let at = 0; at < taskIds.length; at += atOnce) {
    read.push(...(await Promise.all(taskIds.slice(at, at + atOnce).map((taskId) => readTask(source, taskId)))));
  }
  return read;
}

const atOnce = 8;

async function readTask({ server, tasker }: Source, taskId: string): Promise<FoundTask> {
  const { task } = await tasker.tasks.show({ task_id: taskId });
  const troubled = new Set(
    task.workflow_steps.flatMap((step) =>
      step.attempts > 1 || step.status === 'error' || step.actor !== null ? step.workflow_step_id : [],
    ),
  );
  if (troubled.size === 0) return { server, task, history: [] };
  const { events } = await tasker.tasks.history({ task_id: taskId });
  return { server, task, history: events.filter(({ workflow_step_id: id }) => id !== null && troubled.has(id)) };
}

const ageOf = ({ task }: FoundTask) => Date.parse(task.created_at);
