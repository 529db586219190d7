import { defineDelegation } from '@tasker/delegation';
import { type AnyTaskDefinition, defineTask } from '@tasker/engine';
import { target } from '../customer-success/steps/execute-refund-workflow.ts';

/** A task of the support team that ends when the payments team's has, and as it has; the example itself only hands over. */
export function awaitedRefund(url: string): AnyTaskDefinition {
  const carryOut = defineDelegation('customer_success.carry_refund_out', {
    url,
    token: 'support-token',
    ...target,
    context: (context) => ({
      payment_id: context.getInput('payment_id') ?? null,
      refund_amount: context.getInput('refund_amount') ?? null,
      customer_email: context.getInput('customer_email') ?? null,
      // differs with each attempt: the other side must not take it for another task
      refund_reason_detail: `attempt ${context.attempt}`,
    }),
    wait: true,
  });
  return defineTask({ namespace: 'customer_success', name: 'await_refund', version: '1.0.0' }).step(
    'carry_refund_out',
    {
      handler: carryOut,
      retry: { maxAttempts: 100, backoff: 'linear', baseMs: 50, maxMs: 300, jitter: 0 },
      timeoutSeconds: 60,
    },
  );
}
