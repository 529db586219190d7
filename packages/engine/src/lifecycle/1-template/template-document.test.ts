import { describe, expect, it } from 'vitest';
import { normaliseTemplate } from './template-document.ts';

describe('the normal form of a template', () => {
  it('CORE-90: has every default filled in', () => {
    expect(normaliseTemplate({ name: 'minimal', steps: [{ name: 'only', handler: { callable: 'do.it' } }] })).toEqual({
      name: 'minimal',
      namespace_name: 'default',
      version: '0.1.0',
      identity_strategy: 'always_unique',
      steps: [
        {
          name: 'only',
          handler: { callable: 'do.it', method: 'call', initialization: {} },
          dependencies: [],
          retry: {
            retryable: true,
            max_attempts: 3,
            backoff: 'exponential',
            backoff_base_ms: 1_000,
            max_backoff_ms: 30_000,
            jitter: 0.1,
          },
          timeout_seconds: 300,
          skippable: false,
          system_dependency: 'unknown',
        },
      ],
    });
  });

  it('gives steps the system of the template unless they name their own; `default` names none', () => {
    const steps = [
      { name: 'a', handler: { callable: 'a' } },
      { name: 'b', handler: { callable: 'b' }, system_dependency: 'mail' },
    ];
    const systemsWith = (primary: string) =>
      normaliseTemplate({ name: 't', system_dependencies: { primary }, steps }).steps.map(
        (step) => step.system_dependency,
      );
    expect(systemsWith('shop')).toEqual(['shop', 'mail']);
    expect(systemsWith('default')).toEqual(['unknown', 'mail']);
  });

  it('lists dependencies once and in order, as the order says nothing', () => {
    const [step] = normaliseTemplate({
      name: 't',
      steps: [{ name: 'c', handler: { callable: 'c' }, dependencies: ['b', 'a', 'b'] }],
    }).steps;
    expect(step?.dependencies).toEqual(['a', 'b']);
  });

  it('takes a limit of 0 attempts for one, because the first always runs (TC-18)', () => {
    const [step] = normaliseTemplate({
      name: 't',
      steps: [{ name: 'a', handler: { callable: 'a' }, retry: { max_attempts: 0 } }],
    }).steps;
    expect(step?.retry.max_attempts).toBe(1);
  });

  it('TC-39: keeps the resolver that a step asks for, and says nothing where none is asked for', () => {
    const [hinted, plain] = normaliseTemplate({
      name: 't',
      steps: [
        { name: 'a', handler: { callable: 'a', resolver: 'explicit_mapping' } },
        { name: 'b', handler: { callable: 'b', resolver: null } },
      ],
    }).steps;
    expect(hinted?.handler.resolver).toBe('explicit_mapping');
    expect(plain?.handler).not.toHaveProperty('resolver');
  });

  it('does not change when it is made again', () => {
    const once = normaliseTemplate({
      name: 't',
      metadata: { author: 'somebody' },
      system_dependencies: { primary: 'shop', secondary: ['mail'] },
      domain_events: [{ name: 'order.created' }],
      steps: [
        { name: 'a', handler: { callable: 'a' }, retry: { backoff: 'table', backoff_table_ms: [5] } },
        {
          name: 'b',
          handler: { callable: 'b', resolver: 'mine' },
          dependencies: ['a'],
          result_schema: { type: 'object' },
        },
      ],
    });
    expect(normaliseTemplate(once)).toEqual(once);
  });
});
