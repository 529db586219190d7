import type { StepState, TaskState } from '@tasker/contract';

/** A graph to be drawn: what a template will do, or how far a task has come. */
export interface Graph {
  readonly title: string;
  /** Of a task; absent for a template. */
  readonly status?: TaskState;
  /** In an order in which parents stand before their children. */
  readonly steps: readonly GraphNode[];
}

export interface GraphNode {
  readonly name: string;
  /** What else is to be said about it: its handler, or how many attempts there were. */
  readonly detail: string;
  /** Of a task's step; absent for a template. */
  readonly state?: StepState;
  /** Positions in the list of steps, ascending. */
  readonly parents: readonly number[];
  readonly children: readonly number[];
}
