import { defineHandler, type HandlerInstance, PermanentError, RetryableError } from '@tasker/engine';
import { handlersByName } from '../shared/handlers-by-name.ts';
import { integerIn } from '../shared/json-fields.ts';

/** One handler per way to fail. */
export function errorHandlers(): Record<string, HandlerInstance> {
  return handlersByName(
    [
      defineHandler('errors.succeed', { inputs: { message: 'message' } }, ({ message }) => ({
        message: message ?? 'done',
      })),
      defineHandler('errors.refuse', {}, () => {
        throw new PermanentError('There is no such way to pay.', { errorCode: 'INVALID_PAYMENT_METHOD' });
      }),
      defineHandler('errors.time_out', {}, () => {
        throw new RetryableError('The service did not answer.', { errorCode: 'SERVICE_TIMEOUT', retryAfter: 5 });
      }),
      defineHandler('errors.fail_so_often', {}, ({ context }) => {
        const failures = integerIn(context.stepConfig, 'fail_count') ?? 0;
        if (context.attempt > failures) return { attempts: context.attempt };
        throw new RetryableError(`This was failure ${context.attempt} of ${failures}.`, {
          errorCode: 'SIMULATED_FAILURE',
        });
      }),
    ].map((Handler) => new Handler()),
  );
}
