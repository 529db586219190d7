import type { JsonObject } from '@tasker/contract';
import type { RetryPolicy } from './plan.ts';

/** What makes the graph of one task differ from that of its template. */
export interface GraphChange {
  /** By name: steps that the task has besides. */
  readonly add: Readonly<Record<string, AddedStep>>;
  /** By name of a step: what it waits for besides. */
  readonly after: Readonly<Record<string, readonly string[]>>;
}

/** A step that one task has besides those of its template. */
export interface AddedStep<Step extends string = string> {
  /** The step of the template that it is another of: it has the same handler, limits and configuration. */
  readonly like?: Step;
  /** The name that its handler is registered by. Either this or `like`. */
  readonly handler?: string;
  /** The method to call. Default: as `like`, else `call`. */
  readonly method?: string;
  /** The steps it runs after, added ones among them. Default: as `like`, else none: it starts with the task. */
  readonly after?: readonly string[];
  readonly description?: string;
  /** `stepConfig` on the handler's context; goes key by key before that of `like`. */
  readonly config?: JsonObject;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeoutSeconds?: number;
  readonly skippable?: boolean;
  readonly dependentSystem?: string;
}
