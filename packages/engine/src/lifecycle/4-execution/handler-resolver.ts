import type { Handler } from './handler.ts';

/**
 * A way from the callable that a template names to the handler that is meant. A step without a hint gets the handler of
 * the first resolver, by priority, that knows its callable; a step that names a resolver (`handler.resolver`) gets the
 * handler of that one or none.
 *
 * @example
 * const payments: HandlerResolver = {
 *   name: 'payments',
 *   priority: 50,
 *   canResolve: (callable) => callable.startsWith('payments:'),
 *   resolve: (callable) => {
 *     const [, provider, action] = callable.split(':'); // payments:stripe:refund
 *     return providers[provider]?.[action];
 *   },
 * };
 */
export interface HandlerResolver {
  /** What templates refer to it by. */
  readonly name: string;
  /** Lower is asked first. Names that were registered have 10, modules that are imported 100. */
  readonly priority: number;
  /**
   * Whether callables of this form are its business: judged by the text alone, and often. A worker takes only steps
   * whose callables some resolver finds without a hint.
   */
  canResolve(callable: string): boolean;
  /**
   * The handler; nothing when there is none of that name. It is asked when templates and queues become known, not for
   * every attempt, and its answer is kept; a callable that it did not know, or failed to find, is asked for again later.
   */
  resolve(callable: string): MaybeHandler | Promise<MaybeHandler>;
}

export type MaybeHandler = Handler | null | undefined;

/** The names and priorities of the resolvers that every process has. */
export const builtInResolvers = {
  explicitMapping: { name: 'explicit_mapping', priority: 10 },
  moduleImport: { name: 'class_lookup', priority: 100 },
} as const;
