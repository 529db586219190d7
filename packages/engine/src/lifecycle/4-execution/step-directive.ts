import type { BatchProcessingOutcome } from './batch/batch-outcome.ts';
import type { DecisionPointOutcome } from './decision/decision-outcome.ts';
import type { Checkpoint } from './step-context.ts';

/** What a handler asks of the engine besides keeping its result. */
export type StepDirective =
  | { readonly kind: 'decision'; readonly outcome: DecisionPointOutcome }
  | { readonly kind: 'batches'; readonly outcome: BatchProcessingOutcome }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint };
