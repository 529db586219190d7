import { type AnyTaskDefinition, defineTask } from '@tasker/engine';
import { defineDelegation } from '../../src/index.ts';

/** Tasks with a step that another Tasker carries out: one is done when it is handed over, one when it is carried out. */
export function supportTasks(url: string): AnyTaskDefinition[] {
  return [supportTask(url, 'hand_over', false), supportTask(url, 'carry_out', true)];
}

function supportTask(url: string, name: string, wait: boolean) {
  const delegation = defineDelegation(`customer_success.${name}`, {
    url,
    namespace: 'payments',
    name: 'process_refund',
    version: '2.1.0',
    context: (context) => ({ payment_id: context.getInput('payment_id') ?? null, attempt: context.attempt }),
    wait,
  });
  return defineTask({ namespace: 'customer_success', name, version: '1.0.0' })
    .step('validate', { run: () => ({}) })
    .step('delegate', {
      after: ['validate'],
      handler: delegation,
      retry: { maxAttempts: 100, backoff: 'linear', baseMs: 50, maxMs: 500, jitter: 0 },
      timeoutSeconds: 20,
    });
}
