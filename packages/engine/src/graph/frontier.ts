import { finish } from './finish.ts';
import type { Plan } from './plan.ts';

/** What has become of a step so far, as far as the graph is concerned. */
export type StepFact =
  /** Settled: its children may run. */
  | 'settled'
  /** To be passed over when it is reached. */
  | 'to_skip'
  /** Failed for good, or cancelled: what depends on it cannot run. */
  | 'dead'
  /** In a worker's hands, or waiting for one. */
  | 'open'
  /** None of these. */
  | 'untouched';

/** What must be open, given what has happened. */
export interface Frontier {
  /** Steps that are reached and untouched: they must become ready. */
  readonly toOpen: readonly number[];
  /** Steps that are open although they should not be. */
  readonly toClose: readonly number[];
  /** Joins (and the finish) that some parents have reached and others have not. */
  readonly counters: readonly JoinCount[];
  /** By position: how a step has arrived at its children; false: not yet. */
  readonly arrived: readonly Arrival[];
  /** The finish is reached by all: every sink is settled (`complete`), or some of them never will be (`blocked`). */
  readonly end: 'complete' | 'blocked' | null;
}

export type Arrival = false | 'settled' | 'blocked';

export interface JoinCount {
  readonly step: number;
  readonly parents: number;
  readonly remaining: number;
  readonly blocked: boolean;
}

/**
 * Works the frontier of one task out of its history. `tasker.advance` keeps it up to date step by step; this is the
 * same thing from scratch, for operators' actions and for tests that hold the two against each other.
 *
 * A step arrives at its children once, and after everything before it has arrived: settled or blocked. So whatever an
 * operator says about a step that is not reached yet takes effect when it is, and branches which can still run are
 * counted.
 */
export function frontierOf(plan: Plan, factOf: (position: number) => StepFact): Frontier {
  const toOpen: number[] = [];
  const toClose: number[] = [];
  const counters: JoinCount[] = [];
  const arrived: Arrival[] = [];
  for (const { position, parents } of plan.steps) {
    const fact = factOf(position);
    const reach = reachOf(parents, arrived);
    arrived[position] = arrivalOf(fact, reach);
    if (reach === 'open' && fact === 'untouched') toOpen.push(position);
    if (reach !== 'open' && fact === 'open') toClose.push(position);
    count(counters, position, parents, arrived);
  }
  count(counters, finish, plan.sinks, arrived);
  const end = reachOf(plan.sinks, arrived);
  return {
    toOpen,
    toClose,
    counters,
    arrived,
    end: end === 'open' ? 'complete' : end === 'blocked' ? 'blocked' : null,
  };
}

function reachOf(parents: readonly number[], arrived: readonly Arrival[]) {
  let blocked = false;
  for (const parent of parents) {
    if (!arrived[parent]) return 'waiting';
    if (arrived[parent] === 'blocked') blocked = true;
  }
  return blocked ? 'blocked' : 'open';
}

function arrivalOf(fact: StepFact, reach: 'waiting' | 'blocked' | 'open'): Arrival {
  if (reach === 'waiting') return false;
  if (fact === 'settled') return 'settled';
  if (fact === 'dead' || reach === 'blocked') return 'blocked';
  return fact === 'to_skip' ? 'settled' : false;
}

function count(counters: JoinCount[], step: number, parents: readonly number[], arrived: readonly Arrival[]): void {
  const here = parents.filter((parent) => arrived[parent]);
  if (here.length === 0 || here.length === parents.length) return;
  const blocked = here.some((parent) => arrived[parent] === 'blocked');
  counters.push({ step, parents: parents.length, remaining: parents.length - here.length, blocked });
}
