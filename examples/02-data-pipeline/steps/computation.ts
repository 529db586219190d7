import type { StepContext } from '@tasker/engine';
import { callPort } from '../../shared/port-call.ts';
import type { PipelineServices } from '../services/pipeline-services.ts';
import { orFailureAt } from './port-failures.ts';

export type ComputingAttempt = Pick<StepContext, 'signal' | 'stepName' | 'correlationId'>;

/** Room on the cluster for the work of a step. Retryable: OUT_OF_MEMORY, TIMEOUT, CONNECTION_ERROR. */
export function reserveCluster(
  { cluster, clock }: PipelineServices,
  processingMode: string,
  timeoutMs: number,
  { signal, stepName }: ComputingAttempt,
): Promise<void> {
  const job = { name: stepName, processing_mode: processingMode };
  return orFailureAt('The cluster', 'AUTH_ERROR', () =>
    callPort((ownSignal) => cluster.reserve(job, ownSignal), { clock, timeoutMs, signal }),
  );
}

export function modeOf(value: unknown): string {
  return typeof value === 'string' ? value : 'standard';
}
