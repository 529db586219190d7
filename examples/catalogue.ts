/** For `tasker example`: what can be run, and with which context. */
export interface ExampleEntry {
  readonly name: string;
  readonly title: string;
  /** The module with its handlers; like `context`, relative to this file. */
  readonly module: string;
  /** `namespace/name`. */
  readonly template: string;
  /** A JSON file. */
  readonly context: string;
  /** For examples that submit tasks over HTTP: the environment variable that tells the module where to. */
  readonly serverVariable?: string;
}

export const catalogue: readonly ExampleEntry[] = [
  {
    name: 'checkout',
    title: "a shop's order as five recorded steps",
    module: '01-checkout/index.ts',
    template: 'ecommerce/process_order',
    context: '01-checkout/order.json',
  },
  {
    name: 'data-pipeline',
    title: 'a nightly job of which only the broken piece runs again',
    module: '02-data-pipeline/index.ts',
    template: 'data_pipeline/customer_analytics',
    context: '02-data-pipeline/january.json',
  },
  {
    name: 'analytics',
    title: 'three sources joined into one verdict',
    module: '02-data-pipeline/index.ts',
    template: 'data_pipeline/analytics_pipeline',
    context: '02-data-pipeline/november.json',
  },
  {
    name: 'microservices',
    title: 'a registration over four services, reached by HTTP',
    module: '03-microservices/index.ts',
    template: 'microservices/user_registration',
    context: '03-microservices/sarah.json',
  },
  {
    name: 'refund',
    title: 'a payment given back by the payments team',
    module: '04-team-scaling/index.ts',
    template: 'payments/process_refund',
    context: '04-team-scaling/refund.json',
  },
  {
    name: 'support-refund',
    title: 'a refund that the support team decides about and the payments team carries out',
    module: '04-team-scaling/index.ts',
    template: 'customer_success/process_refund',
    context: '04-team-scaling/ticket.json',
    serverVariable: 'PAYMENTS_URL',
  },
  {
    name: 'sequence',
    title: 'four steps in a row',
    module: 'shapes/index.ts',
    template: 'linear_workflow/mathematical_sequence',
    context: 'shapes/number.json',
  },
  {
    name: 'diamond',
    title: 'two branches that meet again',
    module: 'shapes/index.ts',
    template: 'diamond_workflow/parallel_computation',
    context: 'shapes/number.json',
  },
  {
    name: 'tree',
    title: 'branches that branch, and one end',
    module: 'shapes/index.ts',
    template: 'tree_workflow/hierarchical_tree',
    context: 'shapes/number.json',
  },
  {
    name: 'mixed',
    title: 'rows, branches and joins in one graph',
    module: 'shapes/index.ts',
    template: 'mixed_dag_workflow/complex_dag',
    context: 'shapes/number.json',
  },
  {
    name: 'fulfilment',
    title: 'from an order to its shipment',
    module: 'order-fulfilment/index.ts',
    template: 'order_fulfillment/business_workflow',
    context: 'order-fulfilment/order.json',
  },
  {
    name: 'retried',
    title: 'a step that succeeds at its third attempt',
    module: 'errors-and-retries/index.ts',
    template: 'retry_testing/retry_mechanics_test',
    context: 'errors-and-retries/message.json',
  },
  {
    name: 'exhausted',
    title: 'a step that fails more often than it may; ends in error',
    module: 'errors-and-retries/index.ts',
    template: 'retry_testing/retry_exhaustion_test',
    context: 'errors-and-retries/message.json',
  },
  {
    name: 'refused',
    title: 'a step that is refused for good; ends in error',
    module: 'errors-and-retries/index.ts',
    template: 'test_errors/permanent_error_only',
    context: 'errors-and-retries/message.json',
  },
];
