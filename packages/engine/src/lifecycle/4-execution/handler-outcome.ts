import { attemptErrorCodes, type ErrorRecord, type JsonObject } from '@tasker/contract';
import type { Clock } from '../../clock.ts';
import { formatPath } from '../../json/path.ts';
import { type SerialisationProblem, serialiseJson } from '../../json/serialise.ts';
import { parseRetryAfterMs } from '../../states/retry-after.ts';
import { isPermanentError, isRetryableError } from './handler-errors.ts';
import { schemaViolations } from './schema-violations.ts';
import { serialiseError } from './serialise-error.ts';
import type { StepDirective } from './step-directive.ts';
import { isStepHandlerResult, type StepHandlerResult } from './step-handler-result.ts';
import type { Annotations } from './step-transaction.ts';

/** What an attempt came to, ready to be recorded. */
export type HandlerOutcome =
  | {
      readonly kind: 'success';
      /** The result as JSON, made once: it goes to the database as it is. */
      readonly resultText: string;
      readonly metadataText?: string;
      /** What the handler noted about the task. */
      readonly annotations?: Annotations;
    }
  | {
      readonly kind: 'failure';
      /** True: another attempt cannot help. */
      readonly permanent: boolean;
      /** The wait that the handler asked for. */
      readonly retryAfterMs?: number;
      readonly error: ErrorRecord;
    };

export interface OutcomeOptions {
  /** Largest result kept, in bytes of JSON; the same for its metadata. */
  readonly maxResultBytes: number;
  /** The step's result schema. */
  readonly resultSchema?: JsonObject | undefined;
  /** The handler's own. */
  readonly handlerSchema?: JsonObject | undefined;
  /** For what a handler says about coming back at a date. */
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * What a handler returned, as an outcome.
 *
 * A StepHandlerResult is taken at its word: its result is stored exactly. Anything else is a success, stored as an
 * object, since handlers of the ancestors are written for that: an object as it is, nothing as `{}`, any other value as
 * `{ result: value }`. So an error-looking object that is returned is a result like any other. (The `run` functions of
 * the builder are wrapped in a StepHandlerResult, so that `results.total` is what `total` returned, a number say; for
 * objects, which is what steps nearly always return, the forms leave the same history.)
 *
 * A result that cannot be kept is a permanent failure that names the offending place: the work has been done, and
 * doing it again would end the same way.
 */
export function outcomeOfReturn(returned: unknown, options: OutcomeOptions): HandlerOutcome {
  if (!isStepHandlerResult(returned)) return success(asObject(returned), undefined, options);
  if (!returned.success) return declaredFailure(returned, options.clock.now());
  if (returned.directive !== undefined) return notRunYet(returned.directive);
  return success(returned.result ?? null, returned.metadata, options);
}

/** What a handler threw, as an outcome: PermanentError is final, everything else may be tried again. */
export function outcomeOfThrow(thrown: unknown, nowMs: number): HandlerOutcome {
  const retryAfterMs = isRetryableError(thrown) ? parseRetryAfterMs(thrown.retryAfter, nowMs) : undefined;
  return {
    kind: 'failure',
    permanent: isPermanentError(thrown),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    error: serialiseError(thrown),
  };
}

function asObject(returned: unknown): unknown {
  if (returned === undefined || returned === null) return {};
  return typeof returned === 'object' && !Array.isArray(returned) ? returned : { result: returned };
}

function success(result: unknown, metadata: JsonObject | undefined, options: OutcomeOptions): HandlerOutcome {
  const serialised = serialiseJson(result, options.maxResultBytes);
  if (!serialised.ok) return unkeepable('result', serialised.problem);
  const { resultSchema, handlerSchema } = options;
  const fault = misfit(serialised.text, resultSchema, 'step') ?? misfit(serialised.text, handlerSchema, 'handler');
  if (fault !== undefined) return fault;
  if (metadata === undefined) return { kind: 'success', resultText: serialised.text };
  const serialisedMetadata = serialiseJson(metadata, options.maxResultBytes);
  if (!serialisedMetadata.ok) return unkeepable('metadata', serialisedMetadata.problem);
  return { kind: 'success', resultText: serialised.text, metadataText: serialisedMetadata.text };
}

function unkeepable(what: 'result' | 'metadata', { kind, path, reason }: SerialisationProblem): HandlerOutcome {
  const place = path.length === 0 ? `The ${what}` : `\`${formatPath(path)}\` of the ${what}`;
  return {
    kind: 'failure',
    permanent: true,
    error: {
      message: `${place} ${reason}.`,
      class: 'NotSerialisable',
      code: kind === 'too_large' ? attemptErrorCodes.resultTooLarge : attemptErrorCodes.notSerialisable,
    },
  };
}

function misfit(text: string, schema: JsonObject | undefined, whose: string): HandlerOutcome | undefined {
  const violations = schema === undefined ? [] : schemaViolations(schema, text);
  if (violations.length === 0) return undefined;
  return {
    kind: 'failure',
    permanent: true,
    error: {
      message: `The result does not fit the result schema of the ${whose}: ${violations.join('; ')}.`,
      class: 'InvalidResult',
      code: attemptErrorCodes.invalidResult,
    },
  };
}

/** Keeping it as a result would look as if what it asks for had been done. */
function notRunYet({ kind }: StepDirective): HandlerOutcome {
  const what = { decision: 'Decisions', batches: 'Batches', checkpoint: 'Checkpoints' }[kind];
  return {
    kind: 'failure',
    permanent: true,
    error: { message: `${what} are not run yet by this version.`, class: 'NotRunYet', code: 'NOT_RUN_YET' },
  };
}

function declaredFailure(result: StepHandlerResult, nowMs: number): HandlerOutcome {
  const { errorMessage, errorType, errorCode, retryable, metadata } = result;
  const retryAfterMs = retryable ? parseRetryAfterMs(result.retryAfter, nowMs) : undefined;
  return {
    kind: 'failure',
    permanent: !retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    error: serialiseError({ message: errorMessage, name: errorType, errorCode, context: metadata }),
  };
}
