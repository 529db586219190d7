import { test } from '@fast-check/vitest';
import type { JsonObject } from '@tasker/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../graph/compile-plan.ts';
import { normaliseTemplate } from '../1-template/template-document.ts';
import { identityOf } from './identity.ts';

function planOf(identity: 'always_unique' | 'strict' | 'caller_provided', more: object = {}) {
  const steps = [{ name: 'only', handler: { callable: 'do' } }];
  return compilePlan(normaliseTemplate({ name: 'order', identity_strategy: identity, steps, ...more }));
}

const contextOf = (context: JsonObject) => ({ value: () => context, asGiven: () => context });
const strict = (context: JsonObject, more: object = {}) =>
  identityOf(planOf('strict', more), contextOf(context), undefined);
const keyed = (key: string, context: JsonObject, more: object = {}) =>
  identityOf(planOf('always_unique', more), contextOf(context), key);

describe('identityOf', () => {
  it('knows none for tasks that may come twice', () => {
    expect(identityOf(planOf('always_unique'), contextOf({}), undefined)).toBeNull();
  });

  it('is 64 hexadecimal digits of a hash over namespace, name, version and context (CORE-20)', () => {
    const identity = strict({ a: 1 });
    expect(identity?.key).toMatch(/^[0-9a-f]{64}$/);
    expect(identity?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const others = [{ version: '2.0.0' }, { namespace_name: 'other' }, { name: 'refund' }];
    const keys = [{}, ...others].map((more) => strict({ a: 1 }, more)?.key);
    expect(new Set(keys).size).toBe(4);
  });

  it('does not take a key for a context, nor one namespace and name for another', () => {
    expect(keyed('x', {})?.key).not.toBe(strict({})?.key);
    const one = keyed('k', {}, { namespace_name: 'a', name: 'b/c' });
    const other = keyed('k', {}, { namespace_name: 'a/b', name: 'c' });
    expect(one?.key).not.toBe(other?.key);
  });

  it('tells by the fingerprint whether a key came with the same request', () => {
    expect(keyed('k', { a: 1 })).toEqual(keyed('k', { a: 1 }, { version: '3.0.0' }));
    expect(keyed('k', { a: 1 })?.key).toBe(keyed('k', { a: 2 })?.key);
    expect(keyed('k', { a: 1 })?.fingerprint).not.toBe(keyed('k', { a: 2 })?.fingerprint);
  });

  test.prop([fc.dictionary(fc.string(), fc.jsonValue())])('does not see the order of keys', (context) => {
    const reversed = Object.fromEntries(Object.entries(context).toReversed());
    expect(strict(reversed as JsonObject)).toEqual(strict(context as JsonObject));
  });
});
