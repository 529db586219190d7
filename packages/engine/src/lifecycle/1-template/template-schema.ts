import { backoffKinds, identityStrategies } from '@tasker/contract';

/**
 * The JSON Schema of the canonical template language: what may be written where. `hint` is said instead of a pattern
 * that does not match. Everything optional may be left empty (null), as YAML authors do.
 */
const name = {
  type: 'string',
  maxLength: 64,
  pattern: '^[A-Za-z][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)*$',
  hint: 'must begin with a letter and may hold letters, digits, `_`, `.`, `-` and, between parts, `/`',
} as const;

const text = { type: ['string', 'null'] } as const;
const flag = { type: ['boolean', 'null'] } as const;
const freeForm = { type: ['object', 'null'] } as const;
const names = { type: ['array', 'null'], items: name } as const;

/** Nothing the engine waits for by itself is longer than a day. */
const longestMs = 86_400_000;
const milliseconds = { type: ['integer', 'null'], minimum: 0, maximum: longestMs } as const;
const seconds = { type: ['number', 'null'], minimum: 0, maximum: longestMs / 1000 } as const;
const attempts = { type: ['integer', 'null'], minimum: 0, maximum: 1_000 } as const;

const retry = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    retryable: flag,
    max_attempts: attempts,
    limit: attempts,
    backoff: { type: ['string', 'null'], enum: [...backoffKinds, null] },
    backoff_base_ms: milliseconds,
    initial_delay: seconds,
    max_backoff_ms: milliseconds,
    max_delay: seconds,
    jitter: { type: ['number', 'null'], minimum: 0, maximum: 1 },
    backoff_table_ms: {
      type: ['array', 'null'],
      minItems: 1,
      maxItems: 100,
      items: { type: 'integer', minimum: 0, maximum: longestMs },
    },
  },
} as const;

const handler = {
  type: 'object',
  additionalProperties: false,
  required: ['callable'],
  properties: {
    callable: { type: 'string', minLength: 1, maxLength: 500 },
    method: { type: ['string', 'null'], minLength: 1, maxLength: 100 },
    resolver: { type: ['string', 'null'], minLength: 1, maxLength: 100 },
    initialization: freeForm,
  },
} as const;

const step = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'handler'],
  properties: {
    name,
    description: text,
    type: { type: ['string', 'null'], enum: ['standard', null] },
    step_type: { type: ['string', 'null'], enum: ['standard', null] },
    handler,
    system_dependency: { type: ['string', 'null'], minLength: 1, maxLength: 255 },
    dependencies: names,
    depends_on: names,
    retry,
    timeout_seconds: { type: ['number', 'null'], exclusiveMinimum: 0, maximum: longestMs / 1000 },
    skippable: flag,
    result_schema: freeForm,
  },
} as const;

export const templateSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Tasker task template',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'steps'],
  properties: {
    name,
    namespace_name: { ...name, type: ['string', 'null'] },
    version: { type: ['string', 'null'], maxLength: 64 },
    description: text,
    metadata: freeForm,
    system_dependencies: {
      type: ['object', 'null'],
      additionalProperties: false,
      properties: {
        primary: { type: ['string', 'null'], minLength: 1, maxLength: 255 },
        secondary: { type: ['array', 'null'], items: { type: 'string' } },
      },
    },
    domain_events: { type: ['array', 'null'], items: { type: 'object' } },
    identity_strategy: { type: ['string', 'null'], enum: [...identityStrategies, null] },
    input_schema: freeForm,
    steps: { type: 'array', items: step },
  },
} as const;

/** Keys of the language that this version does not act upon yet: accepted when they say nothing, refused otherwise. */
export const futureKeys: ReadonlySet<string> = new Set([
  'environments',
  'lifecycle',
  'publishes_events',
  'batch_config',
  'composition',
  'data_classification',
]);
