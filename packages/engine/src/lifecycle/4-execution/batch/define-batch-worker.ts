import type { DefinedHandler } from '../define-handler.ts';
import { PermanentError } from '../handler-errors.ts';
import { type FunctionalHandler, gatherArguments, type HandlerNeeds } from '../handler-needs.ts';
import type { StepContext } from '../step-context.ts';
import type { StepHandlerResult } from '../step-handler-result.ts';
import { type BatchWorkerContext, createBatchWorkerContext } from './batch-worker-context.ts';
import { BatchableStepHandler, type NoOpResult } from './batchable-step-handler.ts';

/** What the function of a batch worker is called with, besides what it asked for. */
export interface BatchWorkerArguments {
  /** The part to work on. */
  readonly batchContext: BatchWorkerContext;
}

/**
 * The functional form of the step that works on one part of a batch. The placeholder of an empty batch is answered
 * without it.
 *
 * @example
 * const processRows = defineBatchWorker('csv.process_rows', {}, async ({ batchContext, context }) => {
 *   const rows = await readRows(batchContext.startCursor, batchContext.endCursor, context.signal);
 *   return { items_processed: rows.length, items_succeeded: rows.length };
 * });
 */
export function defineBatchWorker<Depends extends string = never, Inputs extends string = never, Result = unknown>(
  name: string,
  needs: HandlerNeeds<Depends, Inputs>,
  work: FunctionalHandler<NoInfer<Depends | Inputs>, Result, BatchWorkerArguments>,
): DefinedHandler<Result | StepHandlerResult<NoOpResult>, BatchableStepHandler>;
export function defineBatchWorker(
  name: string,
  needs: HandlerNeeds<string, string>,
  work: FunctionalHandler<string, unknown, BatchWorkerArguments>,
): DefinedHandler<unknown, BatchableStepHandler> {
  return class extends BatchableStepHandler {
    static override readonly handlerName = name;
    static override readonly handlerVersion = needs.version ?? '1.0.0';

    call(context: StepContext): unknown {
      const batchContext = createBatchWorkerContext(context);
      if (batchContext === null) throw notInBatch(context.stepName);
      return this.handleNoOpWorker(context) ?? work({ ...gatherArguments(needs, context), batchContext });
    }
  };
}

function notInBatch(step: string): PermanentError {
  return new PermanentError(
    `Step \`${step}\` is no part of a batch, and its handler works on nothing else. Make it the worker of a batchable step.`,
    { errorCode: 'NOT_IN_BATCH' },
  );
}
