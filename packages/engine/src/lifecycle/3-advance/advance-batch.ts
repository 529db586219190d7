import { finish } from '../../graph/finish.ts';
import type { StepOutcome } from './step-outcome.ts';

/**
 * What a set of outcomes does to the graph, as the columns that `tasker.advance` takes. Pure: the plan says which
 * children follow and how many parents they have, so that SQL does no graph queries.
 *
 * - a child with one parent opens at once (`open`);
 * - a child with several gets an arrival (`arrivals`), counted by the database;
 * - a step that failed for good sends blocked arrivals to all its children;
 * - a step without children leads to the finish: at once when it is the only one, by an arrival otherwise.
 */
export interface AdvanceBatch {
  readonly successes: {
    task: string[];
    step: number[];
    attempt: number[];
    beganAt: number[];
    endedAt: number[];
    result: string[];
    metadata: (string | null)[];
  };
  readonly others: Exclude<StepOutcome, { kind: 'complete' }>[];
  /** Steps opened whose handlers this worker has, in the order they should be kept. */
  readonly openHere: OpenColumns;
  readonly openElsewhere: OpenColumns;
  readonly arrivals: OpenColumns & { parents: number[]; blocked: boolean[]; here: boolean[] };
  readonly finished: string[];
}

interface OpenColumns {
  task: string[];
  step: number[];
  queue: number[];
  priority: number[];
}

/** @param servesQueue whether this worker can run steps of a queue */
export function batchOutcomes(outcomes: readonly StepOutcome[], servesQueue: (queue: number) => boolean): AdvanceBatch {
  const batch: AdvanceBatch = {
    successes: { task: [], step: [], attempt: [], beganAt: [], endedAt: [], result: [], metadata: [] },
    others: [],
    openHere: openColumns(),
    openElsewhere: openColumns(),
    arrivals: { ...openColumns(), parents: [], blocked: [], here: [] },
    finished: [],
  };
  for (const outcome of outcomes) {
    if (outcome.kind === 'complete') addSuccess(batch, outcome);
    else batch.others.push(outcome);
    if (settles(outcome)) leadOn(batch, outcome, servesQueue);
  }
  return batch;
}

const openColumns = (): OpenColumns => ({ task: [], step: [], queue: [], priority: [] });

function addSuccess({ successes }: AdvanceBatch, outcome: StepOutcome & { kind: 'complete' }): void {
  successes.task.push(outcome.taskId);
  successes.step.push(outcome.step);
  successes.attempt.push(outcome.attempt);
  successes.beganAt.push(outcome.beganAt);
  successes.endedAt.push(outcome.endedAt);
  successes.result.push(outcome.result);
  successes.metadata.push(outcome.metadata);
}

function settles(outcome: StepOutcome): boolean {
  switch (outcome.kind) {
    case 'complete':
    case 'skip':
    case 'pass':
      return true;
    case 'error':
      return outcome.retryMs === null;
    case 'release':
      return false;
  }
}

function leadOn(batch: AdvanceBatch, outcome: StepOutcome, servesQueue: (queue: number) => boolean): void {
  const { plan, queues } = outcome.registered;
  const blocked = outcome.kind === 'error' || (outcome.kind === 'pass' && outcome.blocked);
  const children = plan.steps[outcome.step]?.children ?? [];
  for (const child of children) {
    const parents = plan.steps[child]?.parents.length ?? 0;
    const queue = queues[child] ?? 0;
    const here = servesQueue(queue);
    if (parents > 1 || blocked) arrive(batch, outcome, child, parents, blocked, queue, here);
    else open(here ? batch.openHere : batch.openElsewhere, outcome, child, queue);
  }
  if (children.length > 0) return;
  const sinks = plan.sinks.length;
  if (sinks > 1 || blocked) arrive(batch, outcome, finish, sinks, blocked, 0, false);
  else batch.finished.push(outcome.taskId);
}

function arrive(
  { arrivals }: AdvanceBatch,
  outcome: StepOutcome,
  step: number,
  parents: number,
  blocked: boolean,
  queue: number,
  here: boolean,
): void {
  open(arrivals, outcome, step, queue);
  arrivals.parents.push(parents);
  arrivals.blocked.push(blocked);
  arrivals.here.push(here);
}

function open(columns: OpenColumns, outcome: StepOutcome, step: number, queue: number): void {
  columns.task.push(outcome.taskId);
  columns.step.push(step);
  columns.queue.push(queue);
  columns.priority.push(outcome.priority);
}
