import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../graph/compile-plan.ts';
import { isJsonObject, parseJson } from '../../json/parse.ts';
import { serialiseJson } from '../../json/serialise.ts';
import { readTemplateYaml } from './read-template-yaml.ts';
import { normaliseTemplate } from './template-document.ts';
import type { TemplateSource } from './template-source.ts';
import { toYaml } from './to-yaml.ts';

const full: TemplateSource = {
  name: 'process_order',
  namespace_name: 'ecommerce',
  version: '1.0.0',
  description: 'Costs ${AMOUNT}, or $${AMOUNT}',
  metadata: { author: 'shop', ':odd': { ':key': 1 }, '<<': { a: 1 } },
  system_dependencies: { primary: 'shop', secondary: ['mail'] },
  domain_events: [{ name: 'order_created', schema: { type: 'object' } }],
  identity_strategy: 'strict',
  input_schema: { type: 'object', properties: { id: { type: 'string', pattern: '^\\d{2}$' } } },
  lifecycle: { max_duration_minutes: 60, staleness_action: 'error', auto_dlq_on_timeout: true },
  data_classification: { context_fields: [{ path: '$.email', classification: 'pii' }] },
  pii_subject: '$.email',
  steps: [
    {
      name: 'a',
      description: 'Several\nlines: # of it\n',
      handler: {
        callable: 'Shop::A',
        method: 'check',
        resolver: 'mine',
        initialization: { '<<': 1, yes: 'no', n: '1.0' },
      },
      retry: { max_attempts: 9, backoff: 'table', backoff_table_ms: [1, 2] },
      timeout_seconds: 0.5,
      skippable: true,
      system_dependency: 'unknown',
      result_schema: { type: 'object' },
      publishes_events: ['a.b', { name: 'a.c', condition: 'always', delivery_mode: 'fast', publisher: 'P' }],
      custom_events: [{ name: 'x.y', description: 'Something' }],
      lifecycle: { max_retries: 3, backoff_multiplier: 2 },
      composition: { invocations: [] },
      pii_access: ['$.email'],
      purpose: 'support',
    },
    {
      name: 'b',
      type: 'batch_worker',
      handler: { callable: 'b' },
      dependencies: ['a'],
      batch_config: { batch_size: 5 },
    },
  ],
};

describe('a template that is written as YAML', () => {
  it('is read as what it was, whatever it holds', () => {
    const document = normaliseTemplate(full);
    const [read, ...others] = readTemplateYaml(toYaml(document), { variables: {} });
    expect(read).toEqual(document);
    expect(others).toEqual([]);
    expect(read && compilePlan(read).hash).toBe(compilePlan(document).hash);
  });

  it('is read as what it was, whatever its handlers are configured with', () => {
    const config = fc
      .dictionary(fc.oneof(fc.string(), fc.constantFrom('<<', ':a', 'a', '~', '1')), fc.jsonValue())
      .filter((value) => serialiseJson(value, 1_000_000).ok)
      .map((value) => parseJson(JSON.stringify(value)))
      .filter(isJsonObject);
    fc.assert(
      fc.property(config, config, (initialization, metadata) => {
        const document = normaliseTemplate({
          name: 't',
          metadata,
          steps: [{ name: 'a', handler: { callable: 'a', initialization } }],
        });
        expect(readTemplateYaml(toYaml(document), { variables: {} })).toEqual([document]);
      }),
      { numRuns: 300 },
    );
  });

  it('says nothing that goes without saying', () => {
    const document = normaliseTemplate({
      name: 't',
      system_dependencies: { primary: 'shop' },
      steps: [
        { name: 'a', handler: { callable: 'a' } },
        { name: 'b', handler: { callable: 'b' }, dependencies: ['a'], retry: { max_attempts: 5 } },
      ],
    });
    expect(
      toYaml(document, { schema: './task-template.schema.json' }),
    ).toBe(`# yaml-language-server: $schema=./task-template.schema.json
name: t
namespace_name: default
version: 0.1.0
system_dependencies:
  primary: shop
  secondary: []
steps:
  - name: a
    handler:
      callable: a
  - name: b
    handler:
      callable: b
    dependencies:
      - a
    retry:
      retryable: true
      max_attempts: 5
      backoff: exponential
      backoff_base_ms: 1000
      max_backoff_ms: 30000
      jitter: 0.1
`);
  });
});
