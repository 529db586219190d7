import type { StepPlace } from '../../graph/step-place.ts';

/** What became of a step that a worker held. Times are those of the worker's monotonic clock, in milliseconds. */
export type StepOutcome = Completed | Failed | Released | Skipped | Passed;

/** The handler returned. */
export interface Completed extends Ended {
  readonly kind: 'complete';
  /** JSON text. */
  readonly result: string;
  /** JSON text of what the handler wanted kept beside it. */
  readonly metadata: string | null;
  /** What it noted about the task: JSON texts by name. */
  readonly annotations: ReadonlyMap<string, string> | null;
}

/** The handler threw, timed out, or its worker was lost. */
export interface Failed extends Ended {
  readonly kind: 'error';
  /** JSON text of an error record. */
  readonly error: string;
  /** When to try again; null: never, what depends on the step is blocked. */
  readonly retryMs: number | null;
  readonly verdict: FailureVerdict;
}

/** Why a failure is, or is not, followed by another attempt: for those who are told of it. */
export interface FailureVerdict {
  /** Attempts allowed in all. */
  readonly maxAttempts: number;
  /** `asked`: after as long as the handler or a server asked for; `policy`: after as long as the template says. */
  readonly why: 'asked' | 'policy' | 'permanent' | 'not_retryable' | 'exhausted';
}

/** Handed back unrun (shutdown): the same attempt waits for another worker. */
export interface Released extends StepInLease {
  readonly kind: 'release';
}

/** Reached, and to be passed over: settled without an attempt. */
export interface Skipped extends StepInLease {
  readonly kind: 'skip';
}

interface Ended extends StepInLease {
  readonly beganAt: number;
  readonly endedAt: number;
}

/** Reached, and an operator had settled or (blocked) cancelled it before: what follows is all that is left to do. */
export interface Passed extends StepInLease {
  readonly kind: 'pass';
  readonly blocked: boolean;
}

/** One step in one lease. */
export interface StepInLease extends StepPlace {
  readonly lease: number;
  readonly attempt: number;
}
