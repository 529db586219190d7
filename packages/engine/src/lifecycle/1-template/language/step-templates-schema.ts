import { customEvent } from './canonical-schema.ts';
import {
  attempts,
  callable,
  flag,
  freeForm,
  label,
  name,
  names,
  text,
  version,
  withoutRequired,
} from './schema-parts.ts';

function neverHadAnEffect(instead: string) {
  return `never had an effect; ${instead}`;
}

const step = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'handler_class'],
  elsewhere: {
    handler: 'handler_class',
    dependencies: 'depends_on_steps',
    depends_on: 'depends_on_steps',
    system_dependency: 'dependent_system',
    retry: 'default_retry_limit',
  },
  properties: {
    name,
    description: text,
    handler_class: callable,
    dependent_system: label,
    default_retryable: flag,
    default_retry_limit: attempts,
    skippable: flag,
    depends_on_step: { ...name, type: ['string', 'null'] },
    depends_on_steps: names,
    handler_config: freeForm,
    custom_events: { type: ['array', 'null'], items: customEvent, noEffect: 'has no effect yet' },
    retry_limit: { noEffect: neverHadAnEffect('write `default_retry_limit`') },
    retries: { noEffect: neverHadAnEffect('write `default_retry_limit`') },
    retryable: { noEffect: neverHadAnEffect('write `default_retryable`') },
    dependent_systems: { noEffect: neverHadAnEffect('write `dependent_system`') },
    timeout: { noEffect: neverHadAnEffect('write the template in the canonical dialect, which has `timeout_seconds`') },
    method: { noEffect: neverHadAnEffect('put it into `handler_config` if the handler reads it') },
    jitter_factor: {
      noEffect: neverHadAnEffect('write the template in the canonical dialect, which has `retry.jitter`'),
    },
  },
} as const;

const template = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'step_templates'],
  elsewhere: {
    namespace: 'namespace_name',
    steps: 'step_templates',
    input_schema: 'schema',
    system_dependencies: 'default_dependent_system',
  },
  properties: {
    name,
    task_handler_class: { ...label, noEffect: 'has no effect: a task is its steps, and has no class' },
    step_templates: { type: 'array', items: step },
    namespace_name: { ...name, type: ['string', 'null'] },
    version,
    description: text,
    module_namespace: { ...label, noEffect: 'has no effect: a task is its steps, and has no class' },
    default_dependent_system: label,
    named_steps: names,
    schema: freeForm,
    concurrent: { noEffect: 'has no effect: steps that do not depend on each other always run side by side' },
    configuration: { noEffect: 'never had an effect; `handler_config` of a step reaches its handler' },
    handler_config: { noEffect: 'never had an effect; `handler_config` of a step reaches its handler' },
  },
} as const;

const { step_templates: _steps, ...overridable } = template.properties;

/** The JSON Schema of the older engine's language, whose steps are `step_templates`. */
export const stepTemplatesSchema = {
  ...template,
  properties: {
    ...template.properties,
    environments: {
      type: ['object', 'null'],
      additionalProperties: {
        type: ['object', 'null'],
        additionalProperties: false,
        properties: {
          ...overridable,
          name: { ...name, type: ['string', 'null'] },
          step_templates: {
            type: ['array', 'null'],
            items: {
              ...withoutRequired(step),
              required: ['name'],
              properties: { ...step.properties, handler_class: { ...callable, type: ['string', 'null'] } },
            },
          },
        },
      },
    },
  },
} as const;
