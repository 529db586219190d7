import type { BackoffKind, IdentityStrategy, JsonObject } from '@tasker/contract';

export type { BackoffKind, IdentityStrategy };

/**
 * The compiled graph of one template revision: immutable, content-hashed, cached in every worker.
 * Steps are numbered by position in a topological order that depends on nothing but the template, so
 * that the same template gives the same numbers whichever form it was written in.
 */
export interface Plan {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** SHA-256 (hex) of the canonical JSON of the template. Equal hashes mean equal behaviour. */
  readonly hash: string;
  readonly identity: IdentityStrategy;
  /** JSON Schema (2020-12) of the context; absent means any object. */
  readonly inputSchema?: JsonObject;
  /** Topological order: the parents of a step stand before it. `steps[i].position === i`. */
  readonly steps: readonly PlanStep[];
  /** Positions without parents. */
  readonly roots: readonly number[];
  /** Positions without children: when the last of them settles, the task is finished. */
  readonly sinks: readonly number[];
  readonly positionByName: ReadonlyMap<string, number>;
  /** Why tasks of this plan cannot run: sentences, none if they can. */
  readonly unsupported: readonly string[];
}

export interface PlanStep {
  readonly position: number;
  readonly name: string;
  readonly description?: string;
  /** Ascending positions. */
  readonly parents: readonly number[];
  /** Ascending positions. */
  readonly children: readonly number[];
  readonly handler: HandlerReference;
  readonly retry: RetryPolicy;
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly skippable: boolean;
  /** The external or logical system the step talks to; `unknown` unless the template says. */
  readonly dependentSystem: string;
  /** JSON Schema of the result; absent means anything JSON can hold. */
  readonly resultSchema?: JsonObject;
}

export interface HandlerReference {
  /** The key a handler is registered by: `a.B`, `A::B`, `./module.js#Export` or a bare name. */
  readonly callable: string;
  /** The method to call; `call` unless the template says. */
  readonly method: string;
  /** The resolver that turns the callable into a handler; absent: the first that can. */
  readonly resolver?: string;
  /** Free-form configuration, `stepConfig` on the handler's context. */
  readonly config: JsonObject;
}

/** How a failed attempt is followed by another. Times are in milliseconds. */
export interface RetryPolicy {
  /** False: the first failure is final. */
  readonly retryable: boolean;
  /** Total attempts, the first included; at least 1. */
  readonly maxAttempts: number;
  readonly backoff: BackoffKind;
  /** The unit of the kind's formula: none 0, linear base·n, exponential base·2^(n−1), fibonacci base·F(n). */
  readonly baseMs: number;
  /** No computed wait is longer than this; what a server asks for has its own cap (`states/retry.ts`). */
  readonly maxMs: number;
  /** Fraction of the wait that may be added or taken away at random, 0 to 1. */
  readonly jitter: number;
  /** Waits by attempt for the kind `table`; past its end the wait is trunc(n^2) seconds. */
  readonly tableMs?: readonly number[];
}
