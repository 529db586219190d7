import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryGraph } from '../../test/arbitraries/graph.ts';
import { templateOf } from '../../test/arbitraries/template.ts';
import { InvalidTemplate } from '../errors.ts';
import { normaliseTemplate } from '../lifecycle/1-template/template-document.ts';
import { compilePlan } from './compile-plan.ts';

describe('a compiled plan', () => {
  it('has every parent before its children, and each edge from both ends', () => {
    fc.assert(
      fc.property(arbitraryGraph(), (steps) => {
        const plan = compilePlan(templateOf(steps));
        expect(plan.steps.map((step) => step.position)).toEqual(steps.map((_, position) => position));
        for (const step of plan.steps) {
          expect(plan.positionByName.get(step.name)).toBe(step.position);
          expect(step.parents.every((parent) => parent < step.position)).toBe(true);
          expect(step.parents.every((parent) => plan.steps[parent]?.children.includes(step.position))).toBe(true);
          expect(step.children.every((child) => plan.steps[child]?.parents.includes(step.position))).toBe(true);
          const parentNames = step.parents.map((parent) => plan.steps[parent]?.name);
          const declared = steps.find((each) => each.name === step.name)?.dependencies ?? [];
          expect(new Set(parentNames)).toEqual(new Set(declared));
        }
        expect(plan.roots).toEqual(plan.steps.filter((step) => step.parents.length === 0).map((step) => step.position));
        expect(plan.sinks).toEqual(
          plan.steps.filter((step) => step.children.length === 0).map((step) => step.position),
        );
      }),
    );
  });

  it('takes, among the steps that are ready, always the one declared first', () => {
    fc.assert(
      fc.property(arbitraryGraph(), (steps) => {
        const declaredAt = new Map(steps.map((step, index) => [step.name, index]));
        const placed = new Set<string>();
        for (const step of compilePlan(templateOf(steps)).steps) {
          const ready = steps.filter(
            ({ name, dependencies }) => !placed.has(name) && dependencies.every((parent) => placed.has(parent)),
          );
          expect(step.name).toBe(
            ready.toSorted((one, other) => (declaredAt.get(one.name) ?? 0) - (declaredAt.get(other.name) ?? 0))[0]
              ?.name,
          );
          placed.add(step.name);
        }
      }),
    );
  });

  it('keeps the order of steps that are declared in order already', () => {
    const names = compilePlan(
      templateOf([
        { name: 'z', dependencies: [] },
        { name: 'a', dependencies: [] },
        { name: 'm', dependencies: ['z'] },
      ]),
    ).steps.map((step) => step.name);
    expect(names).toEqual(['z', 'a', 'm']);
  });

  it('has the same hash whatever the order of keys, dependencies, and (with the same plan) of steps', () => {
    fc.assert(
      fc.property(arbitraryGraph(), (steps) => {
        const plan = compilePlan(templateOf(steps));
        const inPlanOrder = plan.steps.map(
          ({ name }) => steps.find((step) => step.name === name) ?? { name, dependencies: [] },
        );
        const rewritten = inPlanOrder.map(({ name, dependencies }) => ({
          dependencies: dependencies.toReversed(),
          name,
        }));
        expect(compilePlan(templateOf(rewritten))).toEqual(plan);
      }),
    );
  });

  it('has the same hash whether a default is written or left out', () => {
    const brief = normaliseTemplate({ name: 't', steps: [{ name: 'a', handler: { callable: 'h' } }] });
    const full = normaliseTemplate({
      name: 't',
      namespace_name: 'default',
      version: '0.1.0',
      description: null,
      metadata: {},
      system_dependencies: { primary: 'default', secondary: [] },
      domain_events: [],
      identity_strategy: 'always_unique',
      input_schema: null,
      steps: [
        {
          name: 'a',
          handler: { callable: 'h', method: 'call', initialization: {} },
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
    expect(compilePlan(full).hash).toBe(compilePlan(brief).hash);
    expect(full).toEqual(brief);
  });

  it('has the same hash whatever the order of keys inside schemas and configuration', () => {
    const [one, other] = [
      { type: 'object', properties: { a: { minimum: 1, type: 'number' } } },
      { properties: { a: { type: 'number', minimum: 1 } }, type: 'object' },
    ].map((schema) =>
      compilePlan(
        normaliseTemplate({
          name: 't',
          input_schema: schema,
          steps: [{ name: 'a', handler: { callable: 'h', initialization: schema }, result_schema: schema }],
        }),
      ),
    );
    expect(one?.hash).toBe(other?.hash);
  });

  it('has another hash as soon as anything that is stored differs', () => {
    const template = templateOf([{ name: 'a', dependencies: [] }]);
    const variants = [
      template,
      { ...template, version: '0.2.0' },
      { ...template, namespace_name: 'other' },
      { ...template, description: 'something else' },
      { ...template, identity_strategy: 'strict' as const },
      { ...template, steps: template.steps.map((step) => ({ ...step, timeout_seconds: 10 })) },
      { ...template, steps: template.steps.map((step) => ({ ...step, name: 'b' })) },
    ];
    const hashes = variants.map((variant) => compilePlan(variant).hash);
    expect(new Set(hashes).size).toBe(variants.length);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses a graph that cannot run, with every problem at once', () => {
    const template = templateOf([
      { name: 'a', dependencies: ['b'] },
      { name: 'b', dependencies: ['a', 'zed'] },
    ]);
    expect(() => compilePlan(template)).toThrow(InvalidTemplate);
    expect(() => compilePlan(template)).toThrow(/`zed`, which does not exist[\s\S]*a → b → a/);
    expect(() => compilePlan({ ...template, steps: [] })).toThrow('A template needs at least one step.');
  });

  it('of a thousand steps is made whole, in whichever order they are written', () => {
    const wide = Array.from({ length: 1_000 }, (_, index) => ({
      name: `s${index}`,
      dependencies: index < 10 ? [] : Array.from({ length: 10 }, (__, back) => `s${index - back - 1}`),
    }));
    const template = templateOf(wide.toReversed());
    expect(compilePlan(template).steps).toHaveLength(1_000);
  });
});
