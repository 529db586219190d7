import { isJsonObject, parseJson } from '../../json/parse.ts';
import { serialiseJson } from '../../json/serialise.ts';
import { processResultsOf } from './process-results.ts';
import type { StepContext } from './step-context.ts';
import { StepHandler } from './step-handler.ts';
import { isStepHandlerResult, type StepHandlerResult } from './step-handler-result.ts';

/**
 * A handler that tells its work apart from what is kept of it: `process` does the work, `processResults` makes the
 * result of what it brought, for example with a {@link resultPipeline}. When `processResults` fails the work is not done
 * again: the attempt fails for good, `RESULT_PROCESSING_FAILED`, with what the work brought.
 *
 * @example
 * class ImportRecords extends TransformingStepHandler {
 *   process(context: StepContext) {
 *     return importFrom(String(context.getInput('source')));
 *   }
 *   override processResults = resultPipeline(withoutKeys('password', 'api_key'), withMetrics({ records: 'count' }));
 * }
 */
export abstract class TransformingStepHandler<Output = unknown, Result = unknown> extends StepHandler {
  /** Does the work. What says its result in so many words ({@link StepHandler.success}) is kept as it is. */
  abstract process(
    context: StepContext,
  ): Output | StepHandlerResult<Result> | Promise<Output | StepHandlerResult<Result>>;

  /** Makes the result. */
  abstract processResults(output: Output, context: StepContext): Result | Promise<Result>;

  async call(context: StepContext): Promise<Result | StepHandlerResult<Result>> {
    const output = await this.process(context);
    if (this.#isResult(output)) return output;
    return processResultsOf(output, (brought) => this.processResults(brought, context), describe);
  }

  #isResult(output: unknown): output is StepHandlerResult<Result> {
    return isStepHandlerResult(output);
  }
}

/** As much of it as fits into an error. */
function describe(output: unknown) {
  const serialised = serialiseJson(output, mostKept);
  if (!serialised.ok) return { output: `what the work brought ${serialised.problem.reason}` };
  const copy = parseJson(serialised.text);
  return isJsonObject(copy) ? copy : { output: copy };
}

const mostKept = 12_000;
