import { fc, it as property } from '@fast-check/vitest';
import type { TemplateDocument } from '@tasker/contract';
import { describe, expect, it } from 'vitest';
import { type StepSketch, sketchTemplate } from '../../../test/by-hand/template.ts';
import { compilePlan } from '../../graph/compile-plan.ts';
import { diffTemplates } from './diff-templates.ts';

const template = (steps: Readonly<Record<string, StepSketch>>, more: Partial<TemplateDocument> = {}) => ({
  ...sketchTemplate(steps),
  ...more,
});

describe('the difference of two templates', () => {
  it('is told key by key, with steps by their names', () => {
    const before = template({ a: {}, b: { after: ['a'] }, gone: {} }, { description: 'old' });
    const after = template(
      { a: {}, b: { after: ['a'], retry: { max_attempts: 7 } }, 'odd name': {} },
      { metadata: {} },
    );
    expect(diffTemplates(before, after)).toMatchObject([
      { path: 'description', kind: 'removed', before: 'old' },
      { path: 'steps.b.retry.max_attempts', kind: 'changed', before: 3, after: 7 },
      { path: 'steps.gone', kind: 'removed', before: { dependencies: [] } },
      { path: 'steps["odd name"]', kind: 'added', after: { dependencies: [] } },
      { path: 'metadata', kind: 'added', after: {} },
    ]);
  });

  it('does not depend on the order of keys, which the database does not keep', () => {
    const one = template({ a: {} }, { metadata: { x: 1, y: { z: 2, w: 3 } } });
    const other = template({ a: {} }, { metadata: { y: { w: 3, z: 2 }, x: 1 } });
    expect(diffTemplates(one, other)).toEqual([]);
  });

  it('is a difference in order when the same steps are listed otherwise', () => {
    expect(diffTemplates(template({ a: {}, b: {} }), template({ b: {}, a: {} }))).toEqual([
      { path: 'steps', kind: 'changed', before: ['a', 'b'], after: ['b', 'a'] },
    ]);
  });

  it('takes a step by its name even where objects have a property of that name', () => {
    expect(diffTemplates(template({ a: {} }), template({ a: {}, constructor: {} }))).toMatchObject([
      { path: 'steps.constructor', kind: 'added' },
    ]);
  });

  const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'toString');
  const steps = fc.uniqueArray(fc.record({ name, limit: fc.integer({ min: 1, max: 2 }) }), {
    selector: (step) => step.name,
    minLength: 1,
  });
  property.prop([steps, steps])('is empty exactly when the contents have the same hash', (one, other) => {
    const [before, after] = [one, other].map((list) => {
      const [first] = sketchTemplate({ x: {} }).steps;
      if (first === undefined) throw new Error('no step');
      const documents = list.map(({ name: step, limit }) => ({
        ...first,
        name: step,
        retry: { ...first.retry, max_attempts: limit },
      }));
      return { ...sketchTemplate({}), steps: documents };
    });
    if (before === undefined || after === undefined) throw new Error('no templates');
    expect(diffTemplates(before, after).length === 0).toBe(compilePlan(before).hash === compilePlan(after).hash);
  });
});
