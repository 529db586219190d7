import { PermanentError, RetryableError, type StepContext, StepHandler } from '@tasker/engine';
import { fieldsOf, integerIn, textIn } from '../../../shared/json-fields.ts';
import { callPort } from '../../../shared/port-call.ts';
import { required, shapeResult } from '../../../shared/shape-result.ts';
import type { PaymentServices, RecordResponse } from '../services.ts';

export interface RecordsResult {
  readonly records_updated: true;
  readonly record_id: string;
  readonly payment_status: 'refunded' | 'partially_refunded';
  readonly refund_status: 'completed';
  readonly history_entries_created: 2;
  readonly audit_trail_id: string;
  readonly updated_at: string;
}

/**
 * Permanent: MISSING_REFUND, PAYMENT_NOT_FOUND, RESULT_PROCESSING_FAILED. Retryable: RECORD_LOCKED after 10 s,
 * RECORD_ERROR after 30 s.
 */
export class UpdatePaymentRecordsHandler extends StepHandler {
  static override readonly handlerName = 'payments.update_payment_records';
  readonly #services: PaymentServices;

  constructor(services: PaymentServices) {
    super();
    this.#services = services;
  }

  async call(context: StepContext) {
    const inputs = readRefund({
      validated: context.getDependencyResult('validate_payment_eligibility'),
      refunded: context.getDependencyResult('process_gateway_refund'),
    });
    return this.success(await updateRecords(inputs, this.#services, context), { operation: 'update_payment_records' });
  }
}

export async function updateRecords(
  { paymentId, refundId, amount, originalAmount }: RefundToRecord,
  { records, clock }: PaymentServices,
  { idempotencyKey, signal }: Pick<StepContext, 'idempotencyKey' | 'signal'>,
): Promise<RecordsResult> {
  const request = { key: idempotencyKey, payment_id: paymentId, refund_id: refundId, amount };
  const response = await callPort((ownSignal) => records.recordRefund(request, ownSignal), {
    clock,
    timeoutMs: 15_000,
    signal,
  });
  ensureRecorded(response);
  return shapeResult(response, () => ({
    records_updated: true,
    record_id: required(response.record_id, 'record_id'),
    payment_status: amount < originalAmount ? 'partially_refunded' : 'refunded',
    refund_status: 'completed',
    history_entries_created: 2,
    audit_trail_id: required(response.audit_trail_id, 'audit_trail_id'),
    updated_at: new Date(clock.now()).toISOString(),
  }));
}

interface RefundToRecord {
  readonly paymentId: string;
  readonly refundId: string;
  readonly amount: number;
  readonly originalAmount: number;
}

export function readRefund(sources: { readonly validated: unknown; readonly refunded: unknown }): RefundToRecord {
  const validated = fieldsOf(sources.validated);
  const refunded = fieldsOf(sources.refunded);
  const paymentId = textIn(validated, 'payment_id');
  const refundId = textIn(refunded, 'refund_id');
  const amount = integerIn(refunded, 'refund_amount');
  if (paymentId === undefined || refundId === undefined || amount === undefined) {
    throw new PermanentError('There is no refund to record.', { errorCode: 'MISSING_REFUND' });
  }
  return { paymentId, refundId, amount, originalAmount: integerIn(validated, 'original_amount') ?? amount };
}

function ensureRecorded({ status }: RecordResponse): void {
  const context = { record_status: status };
  switch (status) {
    case 'recorded':
      return;
    case 'payment_not_found':
      throw new PermanentError('The books know nothing of the payment.', { errorCode: 'PAYMENT_NOT_FOUND', context });
    case 'locked':
      throw new RetryableError('Somebody else writes to the record.', {
        errorCode: 'RECORD_LOCKED',
        retryAfter: 10,
        context,
      });
    default:
      throw new RetryableError('The record could not be written.', {
        errorCode: 'RECORD_ERROR',
        retryAfter: 30,
        context,
      });
  }
}
