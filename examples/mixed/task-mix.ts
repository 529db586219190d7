import type { TaskRequest } from '@tasker/engine';
import { baseOrder, confirmedTo, orderOf, paidWith } from '../01-checkout/base-order.ts';

/** A task of one of the examples, and how it must end. */
export interface ExpectedTask {
  readonly request: TaskRequest;
  readonly status: 'complete' | 'error';
  /** What ended a task that ends in error. */
  readonly failedStep?: string;
}

/** So many tasks of all examples, no two alike, each ending as its input says: in the order that the dice give. */
export function mixTasks(count: number, random: () => number): ExpectedTask[] {
  return Array.from({ length: count }, (_, index) => taskOf(index))
    .map((task) => ({ task, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ task }) => task);
}

function taskOf(index: number): ExpectedTask {
  const make = makers[index % makers.length];
  if (make === undefined) throw new Error('there is nothing to make');
  return make(index);
}

/** Scarce things (a warehouse's stock, which every process has its own of) are left for the others now and then. */
const makers: readonly ((index: number) => ExpectedTask)[] = [
  (index) => {
    const order = index % 3 === 0 ? orderOf(1, 1, 38.38) : { ...baseOrder, cart_items: [] };
    const request = { ...checkout, context: confirmedTo(`customer${index}@example.com`, order) };
    return index % 3 === 0
      ? { request, status: 'complete' }
      : { request, status: 'error', failedStep: 'validate_cart' };
  },
  (index) => ({
    request: { ...checkout, context: confirmedTo(`poor${index}@example.com`, paidWith('tok_test_declined')) },
    status: 'error',
    failedStep: 'process_payment',
  }),
  (index) => ({ request: { ...analytics, context: { pipeline_id: `run-${index}` } }, status: 'complete' }),
  (index) => ({ request: { ...customerAnalytics, context: { date_range: january, run: index } }, status: 'complete' }),
  (index) => ({
    request: {
      ...customerAnalytics,
      context: { date_range: january, run: index, notification_channels: ['#gone'] },
    },
    status: 'error',
    failedStep: 'send_notifications',
  }),
  (index) => ({ request: { ...registration, context: user(`sam${index}@example.com`) }, status: 'complete' }),
  (index) => ({
    request: { ...registration, context: user(`billing401@example${index}.com`) },
    status: 'error',
    failedStep: 'setup_billing_profile',
  }),
  (index) => ({ request: { ...refund, context: payment(`pay_mixed_${index}`) }, status: 'complete' }),
  (index) => ({
    request: { ...refund, context: payment(`pay_test_ineligible_${index}`) },
    status: 'error',
    failedStep: 'validate_payment_eligibility',
  }),
  (index) => ({ request: { ...support, context: ticket(`ticket_${index}`) }, status: 'complete' }),
  (index) => ({
    request: { ...support, context: ticket(`ticket_closed_${index}`) },
    status: 'error',
    failedStep: 'validate_refund_request',
  }),
  (index) => ({ request: { ...linear, context: { even_number: evenNumber(index) } }, status: 'complete' }),
  (index) => ({ request: { ...diamond, context: { even_number: evenNumber(index) } }, status: 'complete' }),
  (index) => ({ request: { ...tree, context: { even_number: evenNumber(index) } }, status: 'complete' }),
  (index) => ({ request: { ...mixed, context: { even_number: evenNumber(index) } }, status: 'complete' }),
  (index) => ({ request: { ...flaky, context: { index } }, status: 'complete' }),
  (index) => ({ request: { ...refused, context: { index } }, status: 'error', failedStep: 'refuse' }),
];

const checkout = { namespace: 'ecommerce', name: 'process_order' };
const analytics = { namespace: 'data_pipeline', name: 'analytics_pipeline' };
const customerAnalytics = { namespace: 'data_pipeline', name: 'customer_analytics' };
const registration = { namespace: 'microservices', name: 'user_registration' };
const refund = { namespace: 'payments', name: 'process_refund' };
const support = { namespace: 'customer_success', name: 'process_refund' };
const linear = { namespace: 'linear_workflow', name: 'mathematical_sequence' };
const diamond = { namespace: 'diamond_workflow', name: 'parallel_computation' };
const tree = { namespace: 'tree_workflow', name: 'hierarchical_tree' };
const mixed = { namespace: 'mixed_dag_workflow', name: 'complex_dag' };
const flaky = { namespace: 'retry_testing', name: 'retry_mechanics_test' };
const refused = { namespace: 'test_errors', name: 'permanent_error_only' };
const january = { start_date: '2024-01-01', end_date: '2024-01-31' };

function user(email: string) {
  return { user_info: { email, name: 'Sam', plan: 'pro' }, billing_info: { payment_method: 'credit_card' } };
}

function payment(payment_id: string) {
  return { payment_id, refund_amount: 1_000, customer_email: 'ada@example.com' };
}

function ticket(ticket_id: string) {
  return { ticket_id, customer_id: 'cust_gold_1', refund_amount: 1_000, customer_email: 'ada@example.com' };
}

function evenNumber(index: number): number {
  return 2 + 2 * (index % 50);
}
