import { type ApiConnection, ApiResponse, ApiStepHandler, PermanentError, type StepContext } from '@tasker/engine';
import type { RegistrationServices, ServiceName } from '../services.ts';

/** The class form of a step that calls one of the services: which one, and how long it may take. */
export abstract class RegistrationStep extends ApiStepHandler {
  readonly #service: ServiceName;
  readonly #services: RegistrationServices;

  constructor(services: RegistrationServices, service: ServiceName, timeoutMs: number) {
    super({ url: services.urls[service], timeoutMs });
    this.#service = service;
    this.#services = services;
  }

  process(context: StepContext, api: ApiConnection): Promise<unknown> {
    return announced(this.#services, this.#service, context, () => this.ask(context, api));
  }

  /** Sends the request. */
  protected abstract ask(context: StepContext, api: ApiConnection): Promise<unknown>;

  protected get clock() {
    return this.#services.clock;
  }
}

/** Tells of a call before and after it. */
export async function announced<Result>(
  { announcer }: RegistrationServices,
  service: ServiceName,
  { stepName, correlationId }: StepContext,
  call: () => Promise<Result>,
): Promise<Result> {
  const event = { service, step: stepName, correlation_id: correlationId };
  announcer.announce({ ...event, name: 'service_call_started' });
  try {
    const result = await call();
    const isFailure = result instanceof ApiResponse && !result.ok;
    announcer.announce({ ...event, name: isFailure ? 'service_call_failed' : 'service_call_completed' });
    return result;
  } catch (error) {
    announcer.announce({ ...event, name: 'service_call_failed' });
    throw error;
  }
}

/** What an answer or an earlier step must have. */
export function present<Value>(value: Value | undefined, errorCode: string): Value {
  if (value !== undefined) return value;
  throw new PermanentError(`Something is missing: ${errorCode.toLowerCase().replaceAll('_', ' ')}.`, { errorCode });
}
