import { describe, expect, it } from 'vitest';
import { examineTemplateYaml } from '../../src/index.ts';
import { soundTemplates } from './sound-templates.ts';

/** What is put in place of what, and everything that is said about it. */
type Mutation = readonly [found: string, put: string, ...said: string[]];

const mutations: Readonly<Record<keyof typeof soundTemplates, readonly Mutation[]>> = {
  canonical: [
    [
      'namespace_name: ecommerce',
      'namespce_name: ecommerce',
      '4:1 Unknown key `namespce_name`. Did you mean `namespace_name`?',
    ],
    [
      'identity_strategy: strict',
      'identity_stratgy: strict',
      '12:1 Unknown key `identity_stratgy`. Did you mean `identity_strategy`?',
    ],
    ['input_schema:', 'inputs_schema:', '13:1 Unknown key `inputs_schema`. Did you mean `input_schema`?'],
    ['input_schema:', 'schema:', '13:1 Unknown key `schema`. In this dialect it is `input_schema`.'],
    [
      'steps:\n  - name: validate_cart',
      'step_templates:\n  - name: validate_cart',
      '3:1 `steps` is missing.',
      '18:1 Unknown key `step_templates`. In this dialect it is `steps`.',
    ],
    ['    type: standard\n', '    typ: standard\n', '20:5 Unknown key `typ`. Did you mean `type`?'],
    [
      '      callable: Ecommerce',
      '      calable: Ecommerce',
      '22:7 `callable` is missing.',
      '22:7 Unknown key `calable`. Did you mean `callable`?',
    ],
    ['      callable: Ecommerce::ValidateCart\n', '', '22:7 `callable` is missing.'],
    [
      '    handler: { callable: ecommerce.process_payment }',
      '    callable: ecommerce.process_payment',
      '35:5 `handler` is missing.',
      '36:5 Unknown key `callable`. In this dialect it is `handler.callable`.',
    ],
    [
      '    handler: { callable: ecommerce.process_payment }',
      '    handler: ecommerce.process_payment',
      '36:14 `handler` must be a map of keys, and is "ecommerce.process_payment". Write `{ callable: ecommerce.process_payment }`.',
    ],
    [
      '    retry: { limit: 5 }',
      '    max_attempts: 5',
      '38:5 Unknown key `max_attempts`. In this dialect it is `retry.max_attempts`.',
    ],
    [
      'description: Turns a cart into an order',
      'description: Orders: from carts',
      '6:14 There is a second `: ` in this line. Put text that holds one into quotes.',
    ],
    ['  author: shop\n', '\tauthor: shop\n', '8:1 Tabs are not allowed as indentation. Use spaces.'],
    [
      '      initialization:\n        strict: true',
      '      initialization:\n        <% if test %>\n        strict: true',
      '25:9 A template holds no code (`<% … %>`). Write `${NAME}` for a variable, and `environments` for what differs by environment.',
    ],
    [
      '      - name: ALL\n        timeout_seconds: 5',
      '      - name: ALL\n        dependencies: []',
      '55:9 `dependencies` has no place here. An environment cannot change the graph: a task of another shape is another template.',
    ],
    [
      'description: Turns a cart into an order',
      'description: 5',
      '6:14 `description` must be text, and is 5. Write it in quotes.',
    ],
    ['skippable: false', 'skippable: off', '34:16 `skippable` must be true or false, and is "off". Write `false`.'],
    [
      '        schema: { type: object }\n',
      '        schema: { type: objekt }\n',
      '46:25 This is no valid JSON Schema: must be one of array, boolean, integer, null, number, object, string.',
    ],
    [
      '    handler: { callable: ecommerce.process_payment }\n',
      '    handler_class: Ecommerce::ProcessPayment\n',
      '35:5 `handler` is missing.',
      '36:5 Unknown key `handler_class`. In this dialect it is `handler.callable`.',
    ],
    ['max_attempts: 3', 'max_atempts: 3', '28:7 Unknown key `max_atempts`. Did you mean `max_attempts`?'],
    [
      '    dependencies: [validate_cart]',
      '    dependancies: [validate_cart]',
      '37:5 Unknown key `dependancies`. Did you mean `dependencies`?',
    ],
    ['timeout_seconds: 30', 'timeout_second: 30', '39:5 Unknown key `timeout_second`. Did you mean `timeout_seconds`?'],
    [
      '        condition: success',
      '        conditon: success',
      '45:9 Unknown key `conditon`. Did you mean `condition`?',
    ],
    ['primary: shop', 'primry: shop', '11:3 Unknown key `primry`. Did you mean `primary`?'],
    ['timeout_seconds: 5', 'timeout_secs: 5', '55:9 Unknown key `timeout_secs`. Did you mean `timeout_seconds`?'],
    ['sandbox: true } }', 'sandbox: true }, calable: x }', '57:55 Unknown key `calable`. Did you mean `callable`?'],
    ['    steps:\n      - name: ALL', '    stps:\n      - name: ALL', '53:5 Unknown key `stps`. Did you mean `steps`?'],
    [
      'name: process_order',
      'name: 2nd order',
      '3:7 `name` must begin with a letter and may hold letters (a to z, A to Z), digits, `_`, `.`, `-` and, between parts, `/`, and is "2nd order".',
    ],
    ['name: process_order\n', '', '3:1 `name` is missing.'],
    ['name: process_order', 'name: [process_order]', '3:7 `name` must be text, and is ["process_order"].'],
    ['namespace_name: ecommerce', 'namespace_name: 7', '4:17 `namespace_name` must be text, and is 7.'],
    [
      'version: 1.0.0',
      'version: 1.0',
      "5:10 `version` must be text, and is the number 1. Write all three parts in quotes: '1.0.0'.",
    ],
    [
      'version: 1.0.0',
      'version: v1',
      '5:10 `version` must be a semantic version, and is "v1". Write three numbers (1.0.0), with a pre-release tag after a hyphen if you need one.',
    ],
    ['author: shop\n  tags: [orders]', 'ratio: .inf', '8:10 This is Infinity, which JSON has no word for.'],
    [
      'identity_strategy: strict',
      'identity_strategy: stric',
      '12:20 `identity_strategy` must be one of always_unique, strict, caller_provided, and is "stric". Did you mean `strict`?',
    ],
    [
      '  type: object\n  required: [cart]',
      '  type: objekt\n  required: [cart]',
      '14:9 This is no valid JSON Schema: must be one of array, boolean, integer, null, number, object, string.',
    ],
    [
      '    cart: { type: array }',
      '    cart: { type: array, minItems: -1 }',
      '17:36 This is no valid JSON Schema: must be >= 0.',
    ],
    [
      'type: standard',
      'type: decisoin',
      '20:11 `type` must be one of standard, decision, deferred_convergence, batchable, batch_worker, deferred, and is "decisoin". Did you mean `decision`?',
    ],
    [
      'type: standard',
      'type: decision',
      '20:11 Step `validate_cart` decides what comes next, and depends on nothing. Let it depend on the step whose result it decides by.',
    ],
    ['callable: Ecommerce::ValidateCart', "callable: '  '", '22:17 `callable` must not be blank, and is "  ".'],
    [
      'callable: Ecommerce::ValidateCart',
      'callable: 5',
      '22:17 `callable` must be text, and is 5. Write it in quotes.',
    ],
    ['method: call', 'method: [call]', '23:15 `method` must be text, and is ["call"].'],
    ['        strict: true\n', '        - strict\n', '25:9 `initialization` must be a map of keys, and is ["strict"].'],
    ['retryable: true', 'retryable: yes', '27:18 `retryable` must be true or false, and is "yes". Write `true`.'],
    [
      'max_attempts: 3',
      'max_attempts: "3"',
      '28:21 `max_attempts` must be a whole number, and is "3". Write it without quotes.',
    ],
    ['max_attempts: 3', 'max_attempts: -1', '28:21 `max_attempts` must be >= 0, and is -1.'],
    ['max_attempts: 3', 'max_attempts: 2.5', '28:21 `max_attempts` must be a whole number, and is 2.5.'],
    [
      'max_attempts: 3',
      'max_attempts: 3\n      limit: 3',
      '29:7 `limit` is another name for `max_attempts`. Write one of them.',
    ],
    [
      'backoff: exponential',
      'backoff: exponentail',
      '29:16 `backoff` must be one of none, linear, exponential, fibonacci, table, and is "exponentail". Did you mean `exponential`?',
    ],
    [
      'backoff: exponential',
      'backoff: table',
      '29:16 `backoff: table` needs its waits. List them in `backoff_table_ms`.',
    ],
    [
      'backoff_base_ms: 1000',
      'backoff_table_ms: [1000]',
      '30:7 `backoff_table_ms` has no effect unless `backoff` is `table`.',
    ],
    [
      'backoff_base_ms: 1000',
      'backoff_base_ms: 1s',
      '30:24 `backoff_base_ms` must be a whole number, and is "1s". Write the number alone: the key names its unit.',
    ],
    ['jitter: 0.1', 'jitter: 10', '32:15 `jitter` must be <= 1, and is 10.'],
    [
      'timeout_seconds: 15',
      'timeout_seconds: 15s',
      '33:22 `timeout_seconds` must be a number, and is "15s". Write the number alone: the key names its unit.',
    ],
    ['timeout_seconds: 15', 'timeout_seconds: 0', '33:22 `timeout_seconds` must be > 0, and is 0.'],
    [
      'timeout_seconds: 15',
      'timeout_seconds: ${STEP_TIMEOUT}',
      '33:22 The variable `STEP_TIMEOUT` is not set. Set it, or write what to use instead: `${STEP_TIMEOUT:-…}`.',
    ],
    ['timeout_seconds: 15', 'timeout_seconds: ${WORD}', '33:22 `timeout_seconds` must be a number, and is "soon".'],
    ['skippable: false', 'skippable: never', '34:16 `skippable` must be true or false, and is "never".'],
    [
      'strict: true',
      'key: ${API_KEY}',
      '25:14 The variable `API_KEY` is not set. Set it, or write what to use instead: `${API_KEY:-…}`.',
    ],
    [
      'strict: true',
      'key: ${API KEY}',
      '25:14 `${API KEY}` is no variable. Write `${NAME}` or `${NAME:-default}`, or `$${` where the two characters themselves are meant.',
    ],
    [
      'sandbox: true',
      'key: "${API_KEY}"',
      '57:43 The variable `API_KEY` is not set. Set it, or write what to use instead: `${API_KEY:-…}`.',
    ],
    [
      'tags: [orders]',
      'tags: "${A:-${B}}"',
      '9:9 `${A:-${B}` is no variable. Write `${NAME}` or `${NAME:-default}`, or `$${` where the two characters themselves are meant.',
    ],
    [
      'name: process_order',
      'name: ${API_KEY}',
      '3:7 The variable `API_KEY` is not set. Set it, or write what to use instead: `${API_KEY:-…}`.',
    ],
    [
      'dependencies: [validate_cart]',
      "dependencies: ['${API_KEY}']",
      '37:20 The variable `API_KEY` is not set. Set it, or write what to use instead: `${API_KEY:-…}`.',
    ],
    ['# A comment, so that lines are not what they seem.\n---', 'name: first\n---', '1:1 `steps` is missing.'],
    [
      'cart: { type: array }',
      'cart: { type: array',
      '18:1 Flow map in block collection must be sufficiently indented and end with a }.',
    ],
    [
      '    timeout_seconds: 15',
      '  timeout_seconds: 15',
      '33:1 All mapping items must start at the same column.',
      '35:1 A block sequence may not be used as an implicit map key.',
    ],
    [
      '- name: process_payment\n    handler',
      '- name: validate_cart\n    handler',
      '35:11 There are two steps named `validate_cart` (the first is number 1). Give each step a name of its own.',
      '37:20 Step `validate_cart` depends on itself.',
      '50:9 Step `send_confirmation` depends on `process_payment`, which does not exist.',
      '56:15 Environment `test` overrides step `process_payment`, which does not exist.',
    ],
    [
      'dependencies: [validate_cart]',
      'dependencies: [validate_card]',
      '37:20 Step `process_payment` depends on `validate_card`, which does not exist. Did you mean `validate_cart`?',
    ],
    [
      'dependencies: [validate_cart]',
      'dependencies: [validate_cart, nowhere]',
      '37:35 Step `process_payment` depends on `nowhere`, which does not exist.',
    ],
    [
      'dependencies: [validate_cart]',
      'dependencies: [process_payment]',
      '37:20 Step `process_payment` depends on itself.',
    ],
    [
      'dependencies: [validate_cart]',
      'dependencies: [send_confirmation]',
      '37:19 These steps wait for each other: process_payment → send_confirmation → process_payment (each depends on the next). Remove one of these dependencies.',
    ],
    [
      'dependencies: [validate_cart]',
      'dependencies: validate_cart',
      '37:19 `dependencies` must be a list, and is "validate_cart". Write a list: `[validate_cart]`.',
    ],
    ['dependencies: [validate_cart]', 'dependencies: [5]', '37:20 An item of `dependencies` must be text, and is 5.'],
    [
      'depends_on:\n      - process_payment',
      'depends_on:\n      - process_paymnt',
      '50:9 Step `send_confirmation` depends on `process_paymnt`, which does not exist. Did you mean `process_payment`?',
    ],
    [
      'dependencies: [validate_cart]',
      'dependencies: [validate_cart]\n    depends_on: []',
      '38:5 `depends_on` is another name for `dependencies`. Write one of them.',
    ],
    [
      'dependencies: [validate_cart]',
      'dependencies: [validate_cart]\n    depends_on: [validate_cart]',
      '38:5 `depends_on` is another name for `dependencies`. Write one of them.',
    ],
    [
      '      type: object\n    publishes',
      '      type: 5\n    publishes',
      '41:13 This is no valid JSON Schema: must be one of array, boolean, integer, null, number, object, string.',
    ],
    [
      'name: payment.processed',
      'name: Payment',
      '43:15 `name` must be parts of lower-case letters, digits and `_`, with dots between them, and is "Payment".',
    ],
    [
      '        condition: success\n',
      '        condition: sometimes\n',
      '45:20 `condition` must be one of success, failure, retryable_failure, permanent_failure, always, and is "sometimes".',
    ],
    [
      '        schema: { type: object }\n',
      '        schema: { type: object }\n      - name: payment.processed\n',
      '47:15 The event `payment.processed` is listed twice.',
    ],
    [
      '- name: ALL',
      '- name: all',
      '54:15 Environment `test` overrides step `all`, which does not exist. Did you mean `ALL`?',
    ],
    [
      '- name: process_payment\n        handler',
      '- name: proces_payment\n        handler',
      '56:15 Environment `test` overrides step `proces_payment`, which does not exist. Did you mean `process_payment`?',
    ],
    [
      'retry: { max_attempts: 1 }',
      'retry: { max_attempts: one }',
      '58:32 `max_attempts` must be a whole number, and is "one".',
    ],
    ['skippable: false', 'skippable: false\n    skippable: true', '35:5 The key `skippable` stands here twice.'],
    ['skippable: false', 'batch_config: { batch_size: 0 }', '34:33 `batch_size` must be >= 1, and is 0.'],
    [
      'skippable: false',
      'batch_config: { worker_template: process_payment }',
      '34:38 `worker_template` names `process_payment`, which is no step of type `batch_worker`.',
    ],
    [
      'skippable: false',
      'custom_events: [{ name: task.done }]',
      '34:29 `task.done` begins like the events of the engine itself. Do not begin with `task.`, `step.`, `workflow.`, `observability.` or `test.`.',
    ],
    [
      'skippable: false',
      'lifecycle: { max_steps_in_proces_minutes: 5 }',
      '34:18 Unknown key `max_steps_in_proces_minutes`. Did you mean `max_steps_in_process_minutes`?',
    ],
    [
      'steps:\n  - name: validate_cart',
      'steps: &steps\n  - *steps\n  - name: validate_cart',
      '19:5 The alias `*steps` stands in what it refers to.',
    ],
  ],
  stepTemplates: [
    [
      'namespace_name: ecommerce',
      'namespace: ecommerce',
      '2:1 Unknown key `namespace`. In this dialect it is `namespace_name`.',
    ],
    [
      'step_templates:\n  - name: validate_cart',
      'step_template:\n  - name: validate_cart',
      '1:1 `step_templates` is missing.',
      '13:1 Unknown key `step_template`. Did you mean `step_templates`?',
    ],
    [
      'step_templates:\n  - name: validate_cart',
      'steps: []\nstep_templates:\n  - name: validate_cart',
      '13:1 Unknown key `steps`. In this dialect it is `step_templates`.',
    ],
    [
      'version: 1.0.0',
      'version: 1.0',
      "3:10 `version` must be text, and is the number 1. Write all three parts in quotes: '1.0.0'.",
    ],
    ['  required: [cart]', '  required: cart', '12:13 This is no valid JSON Schema: must be array.'],
    ['  - create_order\nschema', 'schema', '26:11 `create_order` is not listed in `named_steps`.'],
    [
      '  - create_order\nschema',
      '  - create_ordr\nschema',
      '27:11 `create_order` is not listed in `named_steps`. Did you mean `create_ordr`?',
    ],
    [
      'handler_class: Ecommerce::ValidateCart\n',
      'handler_clas: Ecommerce::ValidateCart\n',
      '14:5 `handler_class` is missing.',
      '16:5 Unknown key `handler_clas`. Did you mean `handler_class`?',
    ],
    ['    handler_class: Ecommerce::ProcessPayment\n', '', '21:5 `handler_class` is missing.'],
    [
      'default_retryable: true',
      'default_retryable: "true"',
      '17:24 `default_retryable` must be true or false, and is "true". Write it without quotes.',
    ],
    [
      'default_retry_limit: 3',
      'default_retry_limit: three',
      '18:26 `default_retry_limit` must be a whole number, and is "three".',
    ],
    [
      'default_retry_limit: 3',
      'default_retries: 3',
      '18:5 Unknown key `default_retries`. Did you mean `default_retryable`?',
    ],
    [
      'depends_on_step: validate_cart',
      'depends_on_step: [validate_cart]',
      '23:22 `depends_on_step` must be text, and is ["validate_cart"].',
    ],
    [
      'depends_on_step: validate_cart',
      'depends_on_step: create_order',
      '23:22 These steps wait for each other: process_payment → create_order → process_payment (each depends on the next). Remove one of these dependencies.',
    ],
    [
      'depends_on_step: validate_cart',
      'depends_on: validate_cart',
      '23:5 Unknown key `depends_on`. In this dialect it is `depends_on_steps`.',
    ],
    [
      '      - validate_cart\n      - process_payment',
      '      - validate_cart\n      - proces_payment',
      '32:9 `proces_payment` is not listed in `named_steps`. Did you mean `process_payment`?',
      '32:9 Step `create_order` depends on `proces_payment`, which does not exist. Did you mean `process_payment`?',
    ],
    [
      '- name: payment.charged',
      '- name: charged',
      '26:15 `name` must be parts with dots between them, and is "charged".',
    ],
    [
      '- name: payment.charged',
      '- name: Workflow.charged',
      '26:15 `Workflow.charged` begins like the events of the engine itself. Do not begin with `task.`, `step.`, `workflow.`, `observability.` or `test.`.',
    ],
    [
      '      - name: process_payment\n        default',
      '      - name: ALL\n        default',
      '37:15 Environment `test` overrides step `ALL`, which does not exist.',
    ],
    [
      '        default_retry_limit: 1',
      '        retry_limt: 1',
      '38:9 Unknown key `retry_limt`. Did you mean `retry_limit`?',
    ],
    [
      'strict: true',
      'key: ${API_KEY}',
      '20:12 The variable `API_KEY` is not set. Set it, or write what to use instead: `${API_KEY:-…}`.',
    ],
    [
      'default_retry_limit: 3',
      'default_retry_limit: ${WORD}',
      '18:26 `default_retry_limit` must be a whole number, and is "soon".',
    ],
    [
      'name: create_order\n    handler',
      'name: validate_cart\n    handler',
      '27:11 There are two steps named `validate_cart` (the first is number 1). Give each step a name of its own.',
      '31:9 Step `validate_cart` depends on itself.',
    ],
  ],
  symbols: [
    [
      ':namespace_name: ecommerce',
      ':namespce_name: ecommerce',
      '2:1 Unknown key `namespce_name`. Did you mean `namespace_name`?',
    ],
    [
      '    :callable: Ecommerce::ValidateCart',
      '    :calable: Ecommerce::ValidateCart',
      '9:5 `callable` is missing.',
      '9:5 Unknown key `calable`. Did you mean `callable`?',
    ],
    [':limit: 3', ':limit: lots', '14:13 `limit` must be a whole number, and is "lots".'],
    [':version: 1.0.0', ':version: 1.0.0\nversion: 1.0.0', '4:1 The key `version` stands here twice.'],
    [
      '  - validate_cart',
      '  - validate_card',
      '20:5 Step `process_payment` depends on `validate_card`, which does not exist. Did you mean `validate_cart`?',
    ],
    [
      '    - :name: process_payment',
      '    - :name: process_pament',
      '24:14 Environment `test` overrides step `process_pament`, which does not exist. Did you mean `process_payment`?',
    ],
  ],
};

const variables = { WORD: 'soon' };

function problemsOf(text: string): string[] {
  const { problems } = examineTemplateYaml(text, { environment: 'test', variables });
  return problems.map(({ line, column, message, remedy }) =>
    [`${line}:${column}`, message, remedy].filter(Boolean).join(' '),
  );
}

describe.each(['canonical', 'stepTemplates', 'symbols'] as const)('CORE-91, CORE-92: a template (%s)', (dialect) => {
  const sound = soundTemplates[dialect];

  it('without a fault is read without a word', () => {
    expect(problemsOf(sound)).toEqual([]);
  });

  it.each(mutations[dialect])(
    'with %j replaced by %j is refused with place, fault and remedy',
    (found, put, ...said) => {
      expect(sound.split(found)).toHaveLength(2);
      expect(problemsOf(sound.replace(found, () => put))).toEqual(said);
      expect(said).not.toEqual([]);
    },
  );
});
