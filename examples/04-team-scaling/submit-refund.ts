import type { Tasker, TaskHandle, UntypedResults } from '@tasker/engine';
import type { IdSource } from '../shared/ids.ts';
import { fieldsOf, textIn } from '../shared/json-fields.ts';

/**
 * Submits a refund as the support team's desk does. The correlation id that came along stays what it is; without one
 * there is a new one that tells where the request entered. Everything that follows, in other teams too, carries it.
 */
export function submitSupportRefund(
  tasker: Tasker,
  context: object,
  ids: IdSource,
): Promise<TaskHandle<UntypedResults>> {
  const correlationId = correlationIdOf(context) ?? `cs-${ids.hex(16)}`;
  return tasker.submit({ namespace: 'customer_success', name: 'process_refund', correlationId, context });
}

/** Submits a refund as the payments team does when nobody else asked for it. */
export function submitPaymentRefund(
  tasker: Tasker,
  context: object,
  ids: IdSource,
  version = 'latest',
): Promise<TaskHandle<UntypedResults>> {
  const correlationId = correlationIdOf(context) ?? `pay-${ids.hex(16)}`;
  return tasker.submit({ namespace: 'payments', name: 'process_refund', version, correlationId, context });
}

function correlationIdOf(context: object): string | undefined {
  return textIn(fieldsOf(context), 'correlation_id');
}
