/** Templates without a fault, one per dialect, for tests that put one in. */
export const soundTemplates = {
  canonical: `# A comment, so that lines are not what they seem.
---
name: process_order
namespace_name: ecommerce
version: 1.0.0
description: Turns a cart into an order
metadata:
  author: shop
  tags: [orders]
system_dependencies:
  primary: shop
identity_strategy: strict
input_schema:
  type: object
  required: [cart]
  properties:
    cart: { type: array }
steps:
  - name: validate_cart
    type: standard
    handler:
      callable: Ecommerce::ValidateCart
      method: call
      initialization:
        strict: true
    retry:
      retryable: true
      max_attempts: 3
      backoff: exponential
      backoff_base_ms: 1000
      max_backoff_ms: 30000
      jitter: 0.1
    timeout_seconds: 15
    skippable: false
  - name: process_payment
    handler: { callable: ecommerce.process_payment }
    dependencies: [validate_cart]
    retry: { limit: 5 }
    timeout_seconds: 30
    result_schema:
      type: object
    publishes_events:
      - name: payment.processed
        description: The card was charged
        condition: success
        schema: { type: object }
  - name: send_confirmation
    handler: { callable: './mailer.js#SendConfirmation' }
    depends_on:
      - process_payment
environments:
  test:
    steps:
      - name: ALL
        timeout_seconds: 5
      - name: process_payment
        handler: { initialization: { sandbox: true } }
        retry: { max_attempts: 1 }
`,

  stepTemplates: `name: process_order
namespace_name: ecommerce
version: 1.0.0
task_handler_class: Ecommerce::OrderHandler
default_dependent_system: shop
named_steps:
  - validate_cart
  - process_payment
  - create_order
schema:
  type: object
  required: [cart]
step_templates:
  - name: validate_cart
    description: Looks at the cart
    handler_class: Ecommerce::ValidateCart
    default_retryable: true
    default_retry_limit: 3
    handler_config:
      strict: true
  - name: process_payment
    handler_class: Ecommerce::ProcessPayment
    depends_on_step: validate_cart
    skippable: false
    custom_events:
      - name: payment.charged
  - name: create_order
    handler_class: Ecommerce::CreateOrder
    dependent_system: warehouse
    depends_on_steps:
      - validate_cart
      - process_payment
environments:
  test:
    default_dependent_system: sandbox
    step_templates:
      - name: process_payment
        default_retry_limit: 1
        handler_config: { sandbox: true }
`,

  symbols: `:name: process_order
:namespace_name: ecommerce
:version: 1.0.0
:metadata:
  :author: shop
:steps:
- :name: validate_cart
  :handler:
    :callable: Ecommerce::ValidateCart
    :initialization:
      strict: true
  :dependencies: []
  :retry:
    :limit: 3
  :timeout_seconds: 15
- :name: process_payment
  :handler:
    :callable: Ecommerce::ProcessPayment
  :dependencies:
  - validate_cart
:environments:
  test:
    :steps:
    - :name: process_payment
      :timeout_seconds: 5
`,
} as const;
