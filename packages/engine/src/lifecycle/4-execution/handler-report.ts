import type { ErrorCode } from '@tasker/contract';
import type { Plan } from '../../graph/plan.ts';
import type { HandlerRegistry } from './handler-registry.ts';
import { serialiseError } from './serialise-error.ts';

/** Whether the steps of a template can run in this process. */
export interface TemplateHandlers {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** Steps of a template that is not runnable here wait for a worker that has the handlers. */
  readonly runnable: boolean;
  /** The callables that nobody here knows. */
  readonly missing: readonly string[];
  /** Everything that keeps a step from running here, in the order of the steps. */
  readonly problems: readonly HandlerProblem[];
}

export interface HandlerProblem {
  readonly step: string;
  readonly callable: string;
  /** `HANDLER_NOT_FOUND`, `METHOD_NOT_FOUND`, `RESOLVER_NOT_FOUND`, `INVALID_HANDLER_CONFIG`, or of the handler's own. */
  readonly code: string;
  readonly message: string;
}

export function reportHandlers(plan: Plan, handlers: HandlerRegistry): TemplateHandlers {
  const problems = plan.steps.flatMap(({ name: step, handler }): HandlerProblem[] => {
    try {
      handlers.bind(handler);
      return [];
    } catch (error) {
      const { code = 'HANDLER_BROKEN', message } = serialiseError(error);
      return [{ step, callable: handler.callable, code, message }];
    }
  });
  const { namespace, name, version } = plan;
  const missing = problems.filter(({ code }) => code === notFound).map(({ callable }) => callable);
  return { namespace, name, version, runnable: problems.length === 0, missing: [...new Set(missing)], problems };
}

const notFound = 'HANDLER_NOT_FOUND' satisfies ErrorCode;
