import { ClientError, RequestRefused } from '@tasker/client';
import { PermanentError, RetryableError } from '@tasker/engine/define';

export interface Template {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The failure of the step that a failed request means.
 *
 * @param what was attempted, as the beginning of a sentence: `The task was not submitted`
 *
 * | Answer | |
 * |---|---|
 * | 409 | permanent, `DELEGATION_CONFLICT`: the same task was submitted by somebody else |
 * | 3xx, 408, 425, 429, 5xx, none at all | tried again, with the same key; after `Retry-After` when it says so |
 * | 401 | tried again: tokens run out and are renewed |
 * | any other 4xx, or a request that cannot even be made | permanent, `DELEGATION_REFUSED`: template, context or grant is wrong |
 */
export function failureOf(error: unknown, what: string, template: Template): Error {
  if (!(error instanceof ClientError)) return error instanceof Error ? error : new Error(String(error));
  const { status, code, message, details, correlationId, retryAfterMs } = error;
  const context = {
    ...describe(template),
    status: status ?? null,
    code,
    details,
    request_correlation_id: correlationId ?? null,
  };
  const common = { context, cause: error };
  const sentence = `${what}: ${message}`;
  if (status === 409) return new PermanentError(sentence, { ...common, errorCode: 'DELEGATION_CONFLICT' });
  if (status === undefined ? error instanceof RequestRefused : isFinal(status)) {
    return new PermanentError(sentence, { ...common, errorCode: 'DELEGATION_REFUSED' });
  }
  const retryAfter = retryAfterMs === undefined ? null : retryAfterMs / 1000;
  return new RetryableError(sentence, { ...common, errorCode: 'DELEGATION_UNAVAILABLE', retryAfter });
}

function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
}

/** The task that an earlier attempt of this step created, when that is what the other side objects to. */
export function taskOfConflict(error: unknown): string | undefined {
  if (!(error instanceof ClientError) || error.code !== 'IDEMPOTENCY_KEY_REUSED') return undefined;
  const { task_id: taskId } = error.details;
  return typeof taskId === 'string' ? taskId : undefined;
}

/** It was accepted, and nobody can say as what: asking again might do it twice elsewhere. */
export function invalidAnswer(template: Template): PermanentError {
  return new PermanentError(`The answer to ${template.namespace}/${template.name} names no task.`, {
    errorCode: 'DELEGATION_INVALID_RESPONSE',
    context: describe(template),
  });
}

export function rejection(template: Template, why: string): PermanentError {
  return new PermanentError(`${template.namespace}/${template.name} was rejected: ${why}`, {
    errorCode: 'DELEGATION_REJECTED',
    context: describe(template),
  });
}

function describe({ namespace, name }: Template) {
  return { target_namespace: namespace, target_workflow: name };
}
