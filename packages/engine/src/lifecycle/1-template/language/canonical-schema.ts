import {
  backoffKinds,
  batchFailureStrategies,
  eventConditions,
  eventDeliveryModes,
  identityStrategies,
  stalenessActions,
  stepTypes,
} from '@tasker/contract';
import {
  attempts,
  callable,
  flag,
  freeForm,
  label,
  longestMs,
  name,
  names,
  notYet,
  text,
  version,
} from './schema-parts.ts';

const milliseconds = { type: ['integer', 'null'], minimum: 0, maximum: longestMs } as const;
const seconds = { type: ['number', 'null'], minimum: 0, maximum: longestMs / 1000 } as const;
const minutes = { type: ['integer', 'null'], minimum: 1, maximum: 10_080 } as const;

const retry = {
  type: ['object', 'null'],
  description: 'What follows a failed attempt.',
  additionalProperties: false,
  properties: {
    retryable: { ...flag, default: true, description: 'False: the first failure is final.' },
    max_attempts: { ...attempts, default: 3, description: 'Total attempts, the first included.' },
    limit: { ...attempts, description: 'Another name for `max_attempts`.' },
    backoff: {
      type: ['string', 'null'],
      enum: [...backoffKinds, null],
      default: 'exponential',
      description:
        'How the wait grows with the attempts that have failed (n): none 0, linear base·n, exponential base·2^(n−1), ' +
        'fibonacci base·F(n), table as listed.',
    },
    backoff_base_ms: { ...milliseconds, default: 1000, description: 'The unit of the formula.' },
    initial_delay: { ...seconds, description: 'The same as `backoff_base_ms`, in seconds.' },
    max_backoff_ms: { ...milliseconds, default: 30_000, description: 'No computed wait is longer.' },
    max_delay: { ...seconds, description: 'The same as `max_backoff_ms`, in seconds.' },
    jitter: {
      type: ['number', 'null'],
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'Fraction of a wait that may be added or taken away at random.',
    },
    backoff_table_ms: {
      type: ['array', 'null'],
      minItems: 1,
      maxItems: 100,
      items: { type: 'integer', minimum: 0, maximum: longestMs },
      description: 'The waits by attempt, for `backoff: table`.',
    },
  },
} as const;

const handlerProperties = {
  callable: {
    ...callable,
    description: 'What the handler is registered by: `a.B`, `A::B`, `./module.js#Export`, or any other name.',
  },
  method: {
    type: ['string', 'null'],
    minLength: 1,
    maxLength: 100,
    default: 'call',
    description: 'The method to call.',
  },
  initialization: { ...freeForm, description: 'Configuration for the handler; may hold anything.' },
  resolver: {
    type: ['string', 'null'],
    minLength: 1,
    maxLength: 100,
    description: 'The resolver to ask for the handler, past all others.',
  },
} as const;

const handler = {
  type: 'object',
  description: 'The code of the step.',
  additionalProperties: false,
  required: ['callable'],
  elsewhere: { class: 'callable', config: 'initialization' },
  properties: handlerProperties,
} as const;

const publishedEvent = {
  type: ['object', 'string'],
  pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$',
  hint: 'must be parts of lower-case letters, digits and `_`, with dots between them',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      maxLength: 255,
      pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$',
      hint: 'must be parts of lower-case letters, digits and `_`, with dots between them',
    },
    description: text,
    schema: { ...freeForm, description: 'JSON Schema of the payload.' },
    condition: {
      type: ['string', 'null'],
      enum: [...eventConditions, null],
      default: 'success',
      description: 'The ends of the step that it is published at.',
    },
    delivery_mode: {
      type: ['string', 'null'],
      enum: [...eventDeliveryModes, null],
      default: 'durable',
      description: 'Whether it is kept until it is delivered.',
    },
    publisher: { ...label, description: 'The publisher that makes the payload.' },
  },
} as const;

export const customEvent = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      maxLength: 255,
      pattern: '^[^.\\s]+(\\.[^.\\s]+)+$',
      hint: 'must be parts with dots between them',
    },
    description: text,
  },
} as const;

const batchConfig = {
  type: ['object', 'null'],
  noEffect: notYet,
  description: 'How work is cut into batches.',
  additionalProperties: false,
  properties: {
    batch_size: { type: ['integer', 'null'], minimum: 1, maximum: 100_000, description: 'Items in a batch.' },
    parallelism: { type: ['integer', 'null'], minimum: 1, maximum: 1_000, description: 'Batches at once.' },
    cursor_field: { ...label, description: 'What the cursor of a batch counts.' },
    worker_template: { ...name, type: ['string', 'null'], description: 'The step of type `batch_worker`.' },
    failure_strategy: {
      type: ['string', 'null'],
      enum: [...batchFailureStrategies, null],
      default: 'continue_on_failure',
      description: 'What becomes of the other batches when one fails.',
    },
  },
} as const;

const lifecycleProperties = {
  max_waiting_for_dependencies_minutes: { ...minutes, description: 'How long steps may wait for those before them.' },
  max_waiting_for_retry_minutes: { ...minutes, description: 'How long steps may wait for another attempt.' },
  max_steps_in_process_minutes: { ...minutes, description: 'How long steps may be at work.' },
  max_duration_minutes: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 43_200,
    description: 'How long it may take in all.',
  },
  staleness_action: {
    type: ['string', 'null'],
    enum: [...stalenessActions, null],
    description: 'What is done about what has taken too long.',
  },
  auto_fail_on_timeout: flag,
  auto_dlq_on_timeout: flag,
} as const;

const lifecycle = {
  type: ['object', 'null'],
  noEffect: notYet,
  description: 'How long a task may stay in a state before somebody is told.',
  additionalProperties: false,
  properties: lifecycleProperties,
} as const;

const stepLifecycle = {
  ...lifecycle,
  description: 'How long the step may stay in a state before somebody is told.',
  properties: {
    ...lifecycleProperties,
    max_retries: attempts,
    backoff_multiplier: { type: ['number', 'null'], minimum: 0 },
  },
} as const;

/** What may be said of a step in an environment too. */
const overridable = {
  retry,
  timeout_seconds: {
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    maximum: longestMs / 1000,
    default: 300,
    description: 'How long one attempt may take.',
  },
  skippable: { ...flag, default: false, description: 'Whether a submission may pass the step over.' },
  system_dependency: { ...label, description: 'The outside system the step talks to.' },
  batch_config: batchConfig,
  lifecycle: stepLifecycle,
} as const;

/** A second name of a type of step, from the guides of an earlier engine. */
export const typeAlias = { alias: 'deferred', type: 'deferred_convergence' } as const;

const type = {
  type: ['string', 'null'],
  enum: [...stepTypes, typeAlias.alias, null],
  default: 'standard',
  description:
    'How the step comes about. Only `standard` steps can run so far. `deferred` is short for `deferred_convergence`.',
} as const;

/** Where keys belong that are often put directly into a step. */
const misplacedInStep = {
  handler_class: 'handler.callable',
  handler_config: 'handler.initialization',
  default_retryable: 'retry.retryable',
  default_retry_limit: 'retry.max_attempts',
  dependent_system: 'system_dependency',
  class: 'handler.callable',
  ...keysBelow('handler', handlerProperties),
  ...keysBelow('retry', retry.properties),
  retries: 'retry.max_attempts',
  timeout: 'timeout_seconds',
};

function keysBelow(parent: string, properties: object): Record<string, string> {
  return Object.fromEntries(Object.keys(properties).map((key) => [key, `${parent}.${key}`]));
}

const step = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'handler'],
  elsewhere: {
    ...misplacedInStep,
    depends_on_step: 'dependencies',
    depends_on_steps: 'dependencies',
    schema: 'result_schema',
  },
  properties: {
    name: { ...name, description: 'Its own in the template.' },
    description: text,
    type,
    step_type: { ...type, description: 'Another name for `type`.' },
    handler,
    dependencies: { ...names, description: 'The steps that must be settled before this one starts.' },
    depends_on: { ...names, description: 'Another name for `dependencies`.' },
    ...overridable,
    result_schema: {
      ...freeForm,
      description: 'JSON Schema of the result. A result that does not fit fails the step.',
    },
    publishes_events: {
      type: ['array', 'null'],
      noEffect: notYet,
      items: publishedEvent,
      description: 'Events that are published when the step ends.',
    },
    custom_events: {
      type: ['array', 'null'],
      noEffect: notYet,
      items: customEvent,
      description: 'Events that the handler publishes by itself.',
    },
    composition: { ...freeForm, noEffect: notYet, description: 'A handler declared in place of written.' },
    pii_access: {
      type: ['array', 'null'],
      noEffect: notYet,
      items: { type: 'string' },
      description: 'Paths of personal data that the step may read.',
    },
    purpose: { ...label, noEffect: notYet, description: 'What the step reads personal data for.' },
  },
} as const;

const graphIsFixed = 'An environment cannot change the graph: a task of another shape is another template.';

const stepOverride = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  elsewhere: misplacedInStep,
  refused: { dependencies: graphIsFixed, depends_on: graphIsFixed, type: graphIsFixed, step_type: graphIsFixed },
  properties: {
    name: { ...name, description: 'A step, or `ALL`.' },
    handler: {
      type: ['object', 'null'],
      additionalProperties: false,
      properties: { ...handlerProperties, callable: { ...callable, type: ['string', 'null'] } },
    },
    ...overridable,
  },
} as const;

const taskHandler = {
  ...freeForm,
  noEffect: 'has no effect: a task is its steps, and has no handler of its own',
  description: 'Kept so that old templates load.',
} as const;

/** Second names of keys, and what a number under one is multiplied by. */
export const stepAliases = [
  { alias: 'depends_on', key: 'dependencies' },
  { alias: 'step_type', key: 'type' },
] as const;
export const retryAliases = [
  { alias: 'limit', key: 'max_attempts' },
  { alias: 'initial_delay', key: 'backoff_base_ms', factor: 1000 },
  { alias: 'max_delay', key: 'max_backoff_ms', factor: 1000 },
] as const;

/** The JSON Schema of the canonical template language: what may be written where. */
export const canonicalSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'steps'],
  elsewhere: {
    namespace: 'namespace_name',
    step_templates: 'steps',
    schema: 'input_schema',
    default_dependent_system: 'system_dependencies.primary',
  },
  properties: {
    name: { ...name, description: 'Its own in the namespace.' },
    namespace_name: {
      ...name,
      type: ['string', 'null'],
      default: 'default',
      description: 'The room for templates of one team or domain.',
    },
    version: {
      ...version,
      default: '0.1.0',
      description: 'Semantic version. What is registered under a version never changes.',
    },
    description: text,
    metadata: { ...freeForm, description: 'Documentation: author, tags, whatever else.' },
    task_handler: taskHandler,
    system_dependencies: {
      type: ['object', 'null'],
      additionalProperties: false,
      properties: {
        primary: { ...label, description: 'The system of every step that names none.' },
        secondary: { type: ['array', 'null'], items: { type: 'string' }, noEffect: notYet },
      },
    },
    domain_events: {
      type: ['array', 'null'],
      noEffect: notYet,
      description: 'Documentation of the events that the handlers publish.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 255 },
          description: text,
          schema: freeForm,
        },
      },
    },
    identity_strategy: {
      type: ['string', 'null'],
      enum: [...identityStrategies, null],
      default: 'always_unique',
      description: 'Whether the same context may be submitted twice: `strict` refuses it.',
    },
    input_schema: { ...freeForm, description: 'JSON Schema of the context.' },
    steps: { type: 'array', items: step, description: 'The graph, in any order.' },
    environments: {
      type: ['object', 'null'],
      description: 'What is different in an environment, by its name. `TASKER_ENV` picks one.',
      additionalProperties: {
        type: ['object', 'null'],
        additionalProperties: false,
        properties: {
          task_handler: taskHandler,
          steps: {
            type: ['array', 'null'],
            items: stepOverride,
            description:
              'Merged into the steps of these names, from the first to the last; lists are replaced. An override may say ' +
              '`handler`, `retry`, `timeout_seconds`, `skippable`, `system_dependency`, `batch_config`, `lifecycle`.',
          },
        },
      },
    },
    lifecycle,
    data_classification: { ...freeForm, noEffect: notYet, description: 'Which data is sensitive, and how.' },
    pii_subject: { ...label, noEffect: notYet, description: 'Path of whom the personal data is about.' },
    loaded_from: {
      ...text,
      noEffect: 'has no effect: where a template came from is not kept',
      description: 'Kept so that old exports load.',
    },
  },
} as const;
