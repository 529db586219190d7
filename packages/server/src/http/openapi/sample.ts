import type { Json } from '@tasker/contract';
import type { Schema } from './schema.ts';

/**
 * An example of what fits a schema: the same every time, and as it might be in life, as far as names tell.
 *
 * @param name of the property that holds it
 */
export function sampleOf(schema: Schema, name: string): Json {
  const told = samples.get(name);
  if (told !== undefined && suits(told, schema)) return told;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.default ?? schema.enum[0] ?? null;
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] ?? {}, name);
  const { type = '' } = schema;
  switch (type) {
    case 'object':
      return sampleObject(schema);
    case 'array':
      return [sampleOf(schema.items ?? {}, singular(name))];
    case 'string':
      return sampleText(schema, name);
    case 'integer':
    case 'number':
      return schema.default ?? Math.max(schema.minimum ?? 0, 1);
    case 'boolean':
      return schema.default ?? false;
    default:
      return {};
  }
}

function sampleObject({ properties = {}, required = [] }: Schema): Json {
  const shown = Object.entries(properties).filter(([name]) => required.includes(name) || !left.has(name));
  return Object.fromEntries(shown.map(([name, property]) => [name, sampleOf(property, name)]));
}

/** Other names for what is shown already, and what is given only now and then. */
const left = new Set([
  'workflow_name',
  'workflow_version',
  'yaml',
  'dependency_analysis',
  'parent_correlation_id',
  'bypass_steps',
  'cause',
  'backtrace',
]);

function sampleText(schema: Schema, name: string): string {
  if (schema.format === 'date-time') return '2026-11-20T14:00:00.000Z';
  if (schema.format === 'uuid') return name.includes('step') || name.endsWith('_ids') ? stepId : taskId;
  return typeof schema.default === 'string' ? schema.default : name === '' ? 'text' : name;
}

const singular = (name: string) => (name.endsWith('s') && !name.endsWith('_ids') ? name.slice(0, -1) : name);

/** A told sample is for values of no further form; what has one is shown in it. */
function suits(told: Json, schema: Schema): boolean {
  if (isList(told)) return schema.type === 'array' && suits(told[0] ?? null, schema.items ?? {});
  return schema.properties === undefined && (schema.type === undefined || schema.type === typeof told);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const taskId = '019a9f3e-6c00-7d1f-869a-ee2ca2300000';
const stepId = '019a9f3e-6c00-8d1f-869a-ee2ca2300001';

const samples: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['name', 'process_order'],
  ['namespace', 'shop'],
  ['namespace_name', 'shop'],
  ['version', '1.0.0'],
  ['latest', '1.0.0'],
  ['latest_version', '1.0.0'],
  ['from', 'validate_cart'],
  ['to', 'charge'],
  ['full_name', 'shop.process_order@1.0.0'],
  ['context', { order_id: 4711 }],
  ['inputs', { order_id: 4711 }],
  ['result', { approved: true }],
  ['results', { approved: true }],
  ['tags', ['priority']],
  ['initiator', 'ada'],
  ['source_system', 'checkout'],
  ['reason', 'the customer called'],
  ['actor', 'ada'],
  ['idempotency_key', 'order-4711'],
  ['correlation_id', 'checkout-4711'],
  ['step', 'charge'],
  ['depends_on', ['validate_cart']],
  ['handler', 'charge'],
  ['handler_class', 'charge'],
  ['handlers', ['shop/charge']],
  ['dependent_system', 'payments'],
  ['worker', 'worker-1:4242'],
  ['execution_order', ['validate_cart', 'charge']],
  ['levels', [['validate_cart'], ['charge']]],
  [
    'template',
    {
      name: 'process_order',
      namespace_name: 'shop',
      version: '1.0.0',
      steps: [{ name: 'charge', handler: { callable: 'charge' } }],
    },
  ],
]);
