import {
  type HandlerFunction,
  type HandlerInstance,
  PermanentError,
  RetryableError,
  type StepContext,
} from '@tasker/engine';
import { type Fields, fieldsOf, integerIn, numberIn, textIn } from './json-fields.ts';
import { type ServiceClock, takeTime } from './pause.ts';

/**
 * Lets a request break its own steps: `"simulate": { "process_payment": { "error": "timeout", "times": 2 } }` in a
 * task's context makes the first two attempts of that step fail before they begin. `error` is one of
 * `retryable_error`, `timeout`, `permanent_error`, `validation_error`; without `times` it fails always; `delay_ms`
 * makes the step slow.
 *
 * Whoever submits tasks could stop them with it, so it works only where `EXAMPLES_ALLOW_SIMULATE=true`; anywhere else
 * a request that tries fails for good.
 */
export function withSimulatedFaults(
  handlers: Readonly<Record<string, HandlerInstance>>,
  { clock, errors = {}, allowed = process.env['EXAMPLES_ALLOW_SIMULATE'] === 'true' }: SimulationOptions,
): Record<string, HandlerFunction> {
  return Object.fromEntries(
    Object.entries(handlers).map(([callable, handler]) => [
      callable,
      async (context: StepContext) => {
        const fault = fieldsOf(fieldsOf(context.getInput('simulate'))?.[context.stepName]);
        if (fault !== undefined) await simulate(fault, context, { clock, errors, allowed });
        return handler.call(context);
      },
    ]),
  );
}

export interface SimulationOptions {
  readonly clock: ServiceClock;
  readonly allowed?: boolean;
  /** Further errors that a request may name, besides those above: what its step fails with. */
  readonly errors?: Readonly<Record<string, (step: string) => Error>>;
}

async function simulate(
  fault: Fields,
  context: StepContext,
  { clock, errors, allowed }: Required<SimulationOptions>,
): Promise<void> {
  if (!allowed) {
    throw new PermanentError('Faults are simulated only where EXAMPLES_ALLOW_SIMULATE=true.', {
      errorCode: 'SIMULATION_NOT_ALLOWED',
    });
  }
  const delayMs = numberIn(fault, 'delay_ms') ?? 0;
  if (delayMs > 0) await takeTime(clock, delayMs, context.signal);
  const error = textIn(fault, 'error');
  if (error !== undefined && context.attempt <= (integerIn(fault, 'times') ?? context.attempt)) {
    const make = Object.hasOwn(errors, error) ? errors[error] : undefined;
    throw make?.(context.stepName) ?? simulatedError(error, context.stepName);
  }
}

function simulatedError(error: string, step: string): Error {
  const message = `Simulated for ${step}: ${error}.`;
  switch (error) {
    case 'retryable_error':
      return new RetryableError(message, { errorCode: 'SIMULATED_FAILURE' });
    case 'timeout':
      return new RetryableError(message, { errorCode: 'TIMEOUT' });
    case 'permanent_error':
    case 'validation_error':
      return new PermanentError(message, { errorCode: 'SIMULATED_FAILURE' });
    default:
      return new PermanentError(
        `\`simulate.${step}.error\` must be retryable_error, timeout, permanent_error or validation_error, not ${error}.`,
        { errorCode: 'INVALID_SIMULATION' },
      );
  }
}
