import type { DefinedHandler } from '../define-handler.ts';
import { type FunctionalHandler, gatherArguments, type HandlerNeeds } from '../handler-needs.ts';
import type { StepContext } from '../step-context.ts';
import type { ApiConfig } from './api-config.ts';
import type { ApiConnection } from './api-connection.ts';
import type { ApiResponse } from './api-response.ts';
import { ApiStepHandler } from './api-step-handler.ts';

export interface ApiHandlerNeeds<Depends extends string, Inputs extends string>
  extends HandlerNeeds<Depends, Inputs>,
    ApiConfig {
  /** What is kept of a response that was a success. Default: `{ status, headers, body }`. */
  readonly processResults?: (response: ApiResponse, context: StepContext) => unknown;
  /** Judges a 409. Default: a failure for good. */
  readonly onConflict?: (response: ApiResponse, context: StepContext, api: ApiConnection) => unknown;
}

/** What the function of such a handler is called with, besides what it asked for. */
export interface ApiHandlerArguments {
  /** The service. */
  readonly api: ApiConnection;
}

/**
 * The functional form of a handler that asks a service over HTTP.
 *
 * @example
 * const fetchProfile = defineApiHandler(
 *   'users.fetch_profile',
 *   { inputs: { userId: 'user_id' }, url: 'https://users.example.com' },
 *   ({ userId, api }) => api.get(`/users/${encodeURIComponent(String(userId))}`),
 * );
 */
export function defineApiHandler<Depends extends string = never, Inputs extends string = never>(
  name: string,
  needs: ApiHandlerNeeds<Depends, Inputs>,
  run: FunctionalHandler<NoInfer<Depends | Inputs>, unknown, ApiHandlerArguments>,
): DefinedHandler<Promise<unknown>, ApiStepHandler>;
export function defineApiHandler(
  name: string,
  needs: ApiHandlerNeeds<string, string>,
  run: FunctionalHandler<string, unknown, ApiHandlerArguments>,
): DefinedHandler<Promise<unknown>, ApiStepHandler> {
  return class extends ApiStepHandler {
    static override readonly handlerName = name;
    static override readonly handlerVersion = needs.version ?? '1.0.0';

    constructor() {
      super(needs);
    }

    process(context: StepContext, api: ApiConnection): unknown {
      return run({ ...gatherArguments(needs, context), api });
    }

    override processResults(response: ApiResponse, context: StepContext): unknown {
      if (needs.processResults === undefined) return super.processResults(response, context);
      return needs.processResults(response, context);
    }

    override onConflict(response: ApiResponse, context: StepContext, api: ApiConnection): unknown {
      if (needs.onConflict === undefined) return super.onConflict(response, context, api);
      return needs.onConflict(response, context, api);
    }
  };
}
