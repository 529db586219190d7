import { attemptErrorCodes, type Json, type JsonObject } from '@tasker/contract';
import { InvalidOptions } from '../../../errors.ts';
import { PermanentError } from '../handler-errors.ts';
import { processResultsOf } from '../process-results.ts';
import type { StepContext } from '../step-context.ts';
import { StepHandler } from '../step-handler.ts';
import type { StepHandlerResult } from '../step-handler-result.ts';
import { ApiAgents } from './api-agents.ts';
import { type ApiConfig, type ApiSettings, readApiConfig } from './api-config.ts';
import { ApiConnection } from './api-connection.ts';
import { type ApiResponse, describeResponse, failureOf, isApiResponse } from './api-response.ts';
import { errorTypeOf } from './classify-status.ts';

/**
 * A handler that asks a service over HTTP. `process` sends the request; its status decides what becomes of the attempt:
 * 2xx is a success, kept as `{ status, headers, body }` or as what {@link processResults} makes of it; 408, 425, 429,
 * 5xx, time-outs and broken connections are tried again, when the server says if it does; 409 is for {@link onConflict}
 * to judge; anything else is a failure for good.
 *
 * @example
 * class FetchProfile extends ApiStepHandler {
 *   static override readonly handlerName = 'users.fetch_profile';
 *   constructor() {
 *     super({ url: 'https://users.example.com', auth: { type: 'bearer', tokenEnv: 'USERS_TOKEN' } });
 *   }
 *   process(context: StepContext, api: ApiConnection) {
 *     return api.get(`/users/${encodeURIComponent(String(context.getInput('user_id')))}`);
 *   }
 * }
 */
export abstract class ApiStepHandler extends StepHandler {
  readonly #config: ApiConfig;
  readonly #agents = new ApiAgents();
  /** By the configuration of a step, which is the same object for all its tasks. */
  readonly #settings = new WeakMap<JsonObject, ApiSettings>();

  /**
   * @param config how the service is reached, where the template of a step does not say; statics of the class of the
   *   same names come before it
   * @throws {InvalidOptions} with everything that is wrong with it
   */
  constructor(config: ApiConfig = {}) {
    super();
    this.#config = config;
    // the address may be the business of templates, the rest must be right as it is
    const { problems } = readApiConfig([anyUrl, ...this.#layers()]);
    if (problems !== undefined) throw new InvalidOptions(problems.map((problem) => `${this.name}: ${problem}`));
  }

  /**
   * Asks the service. A response decides by its status what becomes of the attempt; anything else that is returned is
   * the result of the step, as if `call` had returned it.
   */
  abstract process(context: StepContext, api: ApiConnection): unknown;

  /** What is kept of a response that was a success. Default: `{ status, headers, body }`. */
  processResults(response: ApiResponse, _context: StepContext): unknown {
    return response.toJSON();
  }

  /**
   * Judges a 409: what was asked for may be there already, from an attempt before. Returns the result of the step, or
   * another response, or throws. Default: a failure for good, `CONFLICT`.
   */
  onConflict(response: ApiResponse, _context: StepContext, _api: ApiConnection): unknown {
    throw failureOf(response);
  }

  call(context: StepContext): Promise<unknown> {
    return this.conclude(context, (...given) => this.process(...given));
  }

  /** Lets one of the handler's methods ask the service, and makes of its response what becomes of the attempt. */
  async conclude(context: StepContext, ask: (context: StepContext, api: ApiConnection) => unknown): Promise<unknown> {
    const api = this.api(context);
    const answered = await ask(context, api);
    if (!isApiResponse(answered)) return answered;
    const settled = answered.verdict.kind === 'conflict' ? await this.onConflict(answered, context, api) : answered;
    if (!isApiResponse(settled)) return settled;
    return processResultsOf(
      settled.orThrow(),
      (response) => this.processResults(response, context),
      (response) => ({ response: describeResponse(response) }),
    );
  }

  /** The service as this attempt reaches it, for handlers with a `call` of their own. */
  protected api(context: StepContext): ApiConnection {
    const settings = this.#settingsOf(context.stepConfig);
    return new ApiConnection(settings, context, () => this.#agents.for(settings));
  }

  /**
   * A success in so many words.
   *
   * @param result default: `{ status, headers, body }` of the response
   * @param includeResponse whether status and headers are kept beside the result. Default true
   */
  protected apiSuccess(
    response: ApiResponse,
    result: unknown = response.toJSON(),
    includeResponse = true,
  ): StepHandlerResult {
    const { status, headers } = response.toJSON();
    return this.success(result, includeResponse ? { status_code: status, headers } : undefined);
  }

  /** The failure that the status of a response stands for, in so many words. */
  protected apiFailure(response: ApiResponse, message?: string): StepHandlerResult<never> {
    const { verdict, status } = response;
    const { headers = {}, body = null } = describeResponse(response);
    const { retryAfter } = response;
    return this.failure(
      message ?? failureOf(response).message,
      errorTypeOf(status),
      verdict.kind === 'retryable',
      { status_code: status, headers, retry_after: retryAfter, response_body: body },
      verdict.kind === 'ok' ? undefined : verdict.code,
      retryAfter ?? undefined,
    );
  }

  /** A failure that may be tried again: the service could not be reached. */
  protected connectionError(error: unknown, context?: Json): StepHandlerResult<never> {
    return this.unanswered('connection_error', 'CONNECTION_ERROR', error, context);
  }

  /** A failure that may be tried again: the service took too long. */
  protected timeoutError(error: unknown, context?: Json): StepHandlerResult<never> {
    return this.unanswered('timeout', attemptErrorCodes.timeout, error, context);
  }

  private unanswered(type: string, code: string, error: unknown, context?: Json): StepHandlerResult<never> {
    const message = error instanceof Error ? error.message : String(error);
    return this.failure(message, type, true, context === undefined ? undefined : { context }, code);
  }

  #settingsOf(stepConfig: JsonObject): ApiSettings {
    const known = this.#settings.get(stepConfig);
    if (known !== undefined) return known;
    const { value, problems = [] } = readApiConfig([...this.#layers(), stepConfig]);
    if (value === undefined) {
      throw new PermanentError(`${this.name} cannot reach its service: ${problems.join(' ')}`, {
        errorCode: attemptErrorCodes.invalidHandlerConfig,
      });
    }
    this.#settings.set(stepConfig, value);
    return value;
  }

  #layers(): object[] {
    return [this.constructor, this.#config];
  }
}

const anyUrl = { url: 'http://localhost' };
