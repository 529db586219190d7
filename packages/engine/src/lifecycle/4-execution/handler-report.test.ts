import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../graph/compile-plan.ts';
import { normaliseTemplate } from '../1-template/template-document.ts';
import { HandlerRegistry } from './handler-registry.ts';
import { reportHandlers } from './handler-report.ts';
import { namedHandlers } from './named-handlers.ts';
import { StepHandler } from './step-handler.ts';

class Named extends StepHandler {
  static override readonly handlerName = 'shop.named';
  call(): void {}
}

class Plain extends StepHandler {
  call(): void {}
}

class Broken extends StepHandler {
  constructor() {
    super();
    throw Object.assign(new Error('no licence'), { code: 'NO_LICENCE' });
  }
  call(): void {}
}

const plan = compilePlan(
  normaliseTemplate({
    name: 'report',
    namespace_name: 'shop',
    version: '2.0.0',
    steps: [
      { name: 'fine', handler: { callable: 'shop.named' } },
      { name: 'gone', handler: { callable: 'gone' } },
      { name: 'again', handler: { callable: 'gone' } },
      { name: 'broken', handler: { callable: 'broken' } },
      { name: 'method', handler: { callable: 'shop.named', method: 'nonsense' } },
      { name: 'resolver', handler: { callable: 'shop.named', resolver: 'nonsense' } },
    ],
  }),
);

describe('the report on the handlers of a template', () => {
  it('lists what keeps which step from running, and what is missing once', () => {
    const handlers = new HandlerRegistry();
    handlers.register('shop.named', Named);
    handlers.register('broken', Broken);
    const report = reportHandlers(plan, handlers);
    expect(report).toMatchObject({ namespace: 'shop', name: 'report', version: '2.0.0', runnable: false });
    expect(report.missing).toEqual(['gone']);
    expect(report.problems.map(({ step, code }) => [step, code])).toEqual([
      ['gone', 'HANDLER_NOT_FOUND'],
      ['again', 'HANDLER_NOT_FOUND'],
      ['broken', 'NO_LICENCE'],
      ['method', 'METHOD_NOT_FOUND'],
      ['resolver', 'RESOLVER_NOT_FOUND'],
    ]);
  });

  it('is short when everything is there', () => {
    const handlers = new HandlerRegistry();
    handlers.register('gone', Named);
    const short = normaliseTemplate({ name: 'r', steps: [{ name: 'a', handler: { callable: 'gone' } }] });
    expect(reportHandlers(compilePlan(short), handlers)).toMatchObject({ runnable: true, missing: [], problems: [] });
  });
});

describe('handlers in a list', () => {
  it('go by the names of their classes', () => {
    const object = new Named();
    expect(namedHandlers([Named, Plain, object])).toEqual([
      ['shop.named', Named],
      ['Plain', Plain],
      ['shop.named', object],
    ]);
    const handler = () => 1;
    expect(namedHandlers({ other: handler })).toEqual([['other', handler]]);
  });

  it('need one', () => {
    expect(() => namedHandlers([Named, { call: () => 1 }])).toThrow('handlers[1] has no name');
    expect(() =>
      namedHandlers([
        class extends Object {
          call(): void {}
        },
      ]),
    ).toThrow('handlers[0] has no name');
  });
});
