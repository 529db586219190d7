import { describe, expect, it } from 'vitest';
import { stepContextOf } from '../../../test/attempts/step-context-of.ts';
import { HandlerNotFound, InvalidOptions } from '../../errors.ts';
import type { HandlerReference } from '../../graph/plan.ts';
import { BatchableStepHandler } from './batch/batchable-step-handler.ts';
import type { Handler } from './handler.ts';
import { isPermanentError } from './handler-errors.ts';
import { HandlerRegistry } from './handler-registry.ts';
import type { HandlerResolver } from './handler-resolver.ts';
import type { StepContext } from './step-context.ts';
import { StepHandler } from './step-handler.ts';

class Greet extends StepHandler {
  static made = 0;
  readonly greeting: string = 'hello';

  constructor() {
    super();
    Greet.made += 1;
  }

  call(): string {
    return this.greeting;
  }

  shout(): string {
    return this.greeting.toUpperCase();
  }
}

function reference(callable: string, more: Partial<HandlerReference> = {}): HandlerReference {
  return { callable, method: 'call', config: {}, ...more };
}

async function answerOf(handlers: HandlerRegistry, callable: string, more?: Partial<HandlerReference>) {
  return handlers.bind(reference(callable, more)).call(stepContextOf({ stepName: 'asked' }));
}

function registryOf(handlers: Readonly<Record<string, Handler>>, resolvers: readonly HandlerResolver[] = []) {
  const registry = new HandlerRegistry(resolvers);
  for (const [callable, handler] of Object.entries(handlers)) registry.register(callable, handler);
  return registry;
}

/** A resolver that knows a few names, and writes down what it is asked for. */
function resolverOf(name: string, priority: number, known: Readonly<Record<string, Handler>>) {
  const asked: string[] = [];
  const resolver: HandlerResolver = {
    name,
    priority,
    canResolve: (callable) => callable.startsWith('custom:'),
    resolve(callable) {
      asked.push(callable);
      return known[callable];
    },
  };
  return { resolver, asked };
}

describe('the handlers of a process', () => {
  it('may be functions, objects and classes', async () => {
    const word = 'object';
    const handlers = registryOf({
      arrow: (context: StepContext) => context.stepName,
      plain: function plain() {
        return 'plain';
      },
      object: { call: () => word },
      class: Greet,
    });
    expect(await Promise.all(['arrow', 'plain', 'object', 'class'].map((name) => answerOf(handlers, name)))).toEqual([
      'asked',
      'plain',
      'object',
      'hello',
    ]);
  });

  it.each(['A::B', 'Shop.Orders.Charge', './charge.js#Charge', 'payments:stripe:refund', 'bare'])(
    'TC-38: are found under the name they are registered by, whatever its form: %s',
    async (callable) => {
      expect(await answerOf(registryOf({ [callable]: () => callable }), callable)).toBe(callable);
    },
  );

  it('fail by rejecting, even if they throw at once', async () => {
    const handlers = registryOf({
      bad: () => {
        throw new Error('at once');
      },
    });
    await expect(answerOf(handlers, 'bad')).rejects.toThrow('at once');
  });

  it('are made once for all their steps, and only when they are needed', () => {
    const handlers = registryOf({ greet: Greet });
    Greet.made = 0;
    expect(handlers.has('greet')).toBe(true);
    expect(Greet.made).toBe(0);
    const step = reference('greet');
    const bound = handlers.bind(step);
    handlers.bind(reference('greet', { method: 'shout' }));
    expect(handlers.bind(step)).toBe(bound);
    expect(Greet.made).toBe(1);
  });

  it('CORE-116: that do not exist are reported with those that do', () => {
    const handlers = registryOf({ greet: Greet });
    expect([handlers.has('greet'), handlers.has('great')]).toEqual([true, false]);
    expect(() => handlers.bind(reference('great'))).toThrow(HandlerNotFound);
    expect(() => handlers.bind(reference('great'))).toThrow('There is no handler `great`. Registered here: greet.');
  });

  it.each([
    [
      null,
      'Handler `odd` must be a function, an object with a method `call`, or a class of such objects, and is null.',
    ],
    ['text', 'and is string'],
    [{ process: () => 1 }, 'and is an object without `call`.'],
  ])('CORE-116: that are none are refused when they are registered: %j', (value, message) => {
    const fromJavaScript: { register(callable: string, handler: unknown): void } = new HandlerRegistry();
    expect(() => fromJavaScript.register('odd', value)).toThrow(InvalidOptions);
    expect(() => fromJavaScript.register('odd', value)).toThrow(message);
    expect(() => fromJavaScript.register('', () => 1)).toThrow('needs a name');
  });

  it('CORE-112: may be registered twice, but not two under one name unless one replaces the other', async () => {
    const handlers = registryOf({ greet: Greet });
    handlers.register('greet', Greet);
    expect(handlers.callables()).toEqual(['greet']);
    expect(() => handlers.register('greet', () => 1)).toThrow('There are two handlers named `greet`.');
    const step = reference('greet');
    expect(await handlers.bind(step).call(stepContextOf())).toBe('hello');
    handlers.register('greet', () => 'replaced', { replace: true });
    expect(await handlers.bind(step).call(stepContextOf())).toBe('replaced');
    expect(handlers.unregister('greet')).toBe(true);
    expect([handlers.unregister('greet'), handlers.has('greet')]).toEqual([false, false]);
    expect(() => handlers.bind(step)).toThrow(HandlerNotFound);
  });

  it('CORE-114: are listed as they were when they were asked for', () => {
    const handlers = registryOf({ greet: Greet });
    const listed = handlers.callables();
    listed.push('forged');
    handlers.register('late', () => 1);
    expect([listed, handlers.callables()]).toEqual([
      ['greet', 'forged'],
      ['greet', 'late'],
    ]);
  });
});

describe('the method that a template names', () => {
  it('TC-40: is called instead of `call`, on the same object', async () => {
    expect(await answerOf(registryOf({ greet: Greet }), 'greet', { method: 'shout' })).toBe('HELLO');
    const told = {
      count: 7,
      call: () => 0,
      tell(): number {
        return this.count;
      },
    };
    expect(await answerOf(registryOf({ told }), 'told', { method: 'tell' })).toBe(7);
  });

  it('TC-40: may be inherited, and may be a field that holds a function', async () => {
    class Loud extends Greet {
      readonly whisper = () => this.greeting.toLowerCase();
      override readonly greeting = 'HeLLo';
    }
    const handlers = registryOf({ loud: Loud });
    expect(await answerOf(handlers, 'loud', { method: 'shout' })).toBe('HELLO');
    expect(await answerOf(handlers, 'loud', { method: 'whisper' })).toBe('hello');
  });

  it.each(['whisper', 'greeting', 'success', 'toString', 'constructor', 'hasOwnProperty', 'configSchema', '__proto__'])(
    'TC-40: that does not exist or does no work is an error for good that names those that do: %s',
    (method) => {
      const handlers = registryOf({ greet: Greet });
      expect(() => handlers.bind(reference('greet', { method }))).toThrow(
        expect.toSatisfy((error: unknown) => isPermanentError(error) && error.errorCode === 'METHOD_NOT_FOUND'),
      );
      expect(() => handlers.bind(reference('greet', { method }))).toThrow(
        `Handler \`greet\` has no method \`${method}\`. It has: call, shout.`,
      );
    },
  );

  it('is `call` for a function, and for a class of the engine what the author wrote', () => {
    class Cut extends BatchableStepHandler {
      call(): number[] {
        return [this.createCursorConfigs(10, 2).length];
      }
    }
    const handlers = registryOf({ plain: () => 1, cut: Cut });
    expect(() => handlers.bind(reference('plain', { method: 'other' }))).toThrow('It has: call.');
    expect(() => handlers.bind(reference('cut', { method: 'createCursorConfigs' }))).toThrow('It has: call.');
  });
});

describe('what a handler says of its configuration and results', () => {
  class Strict extends StepHandler {
    override configSchema() {
      return { type: 'object', required: ['limit'], properties: { limit: { type: 'number' } } };
    }

    override resultSchema() {
      return { type: 'object', required: ['total'] };
    }

    call(): object {
      return {};
    }
  }

  it('holds for the configuration of each step', () => {
    const handlers = registryOf({ strict: Strict });
    expect(() => handlers.bind(reference('strict', { config: { limit: 'ten' } }))).toThrow(
      'The configuration (`handler.initialization`) of `strict` is not what the handler needs: limit must be number.',
    );
    expect(() => handlers.bind(reference('strict'))).toThrow(
      expect.toSatisfy((error: unknown) => isPermanentError(error) && error.errorCode === 'INVALID_HANDLER_CONFIG'),
    );
    expect(handlers.bind(reference('strict', { config: { limit: 10 } })).resultSchema).toEqual({
      type: 'object',
      required: ['total'],
    });
  });
});

describe('the resolvers of a process', () => {
  it('TC-38: are asked by priority, the lower first, and the first that knows the callable wins', async () => {
    const early = resolverOf('early', 5, { 'custom:a': () => 'early' });
    const late = resolverOf('late', 50, {
      'custom:a': () => 'late',
      'custom:b': () => 'late',
      'custom:c': () => 'late',
    });
    const handlers = registryOf({ 'custom:a': () => 'mapped', 'custom:b': () => 'mapped' }, [
      late.resolver,
      early.resolver,
    ]);
    expect(handlers.resolvers).toEqual(['early', 'explicit_mapping', 'late']);
    expect(await answerOf(handlers, 'custom:a')).toBe('early');
    expect(await answerOf(handlers, 'custom:b')).toBe('mapped');
    expect(await answerOf(handlers, 'custom:c')).toBe('late');
    expect(late.asked).toEqual(['custom:c']);
  });

  it('TC-38: are not asked for callables that are none of their business', () => {
    const custom = resolverOf('custom', 5, {});
    const handlers = registryOf({ other: () => 1 }, [custom.resolver]);
    expect([handlers.has('other'), handlers.has('another')]).toEqual([true, false]);
    expect(custom.asked).toEqual([]);
  });

  it('TC-39: are passed over by a step that names one', async () => {
    const custom = resolverOf('custom', 5, { 'custom:a': () => 'custom', plain: () => 'custom' });
    const handlers = registryOf({ 'custom:a': () => 'mapped', plain: () => 'mapped' }, [custom.resolver]);
    expect(await answerOf(handlers, 'custom:a', { resolver: 'explicit_mapping' })).toBe('mapped');
    expect(await answerOf(handlers, 'plain', { resolver: 'custom' })).toBe('custom');
    expect(() => handlers.bind(reference('custom:x', { resolver: 'explicit_mapping' }))).toThrow(HandlerNotFound);
  });

  it('TC-39: that do not exist are an error for good that names those that do', () => {
    const handlers = registryOf({ a: () => 1 });
    const step = reference('a', { resolver: 'nonsense' });
    expect(() => handlers.bind(step)).toThrow(
      'There is no resolver `nonsense` to find handler `a` with. There are: explicit_mapping.',
    );
    expect(() => handlers.bind(step)).toThrow(
      expect.toSatisfy((error: unknown) => isPermanentError(error) && error.errorCode === 'RESOLVER_NOT_FOUND'),
    );
  });

  it('may take their time: what was prepared is at hand, what was not is waited for once', async () => {
    let asked = 0;
    const slow: HandlerResolver = {
      name: 'slow',
      priority: 20,
      canResolve: () => true,
      async resolve(callable) {
        asked += 1;
        return () => `slow ${callable}`;
      },
    };
    const handlers = registryOf({}, [slow]);
    expect(handlers.has('x')).toBe(false);
    await handlers.prepare([{ callable: 'x' }]);
    expect(handlers.has('x')).toBe(true);
    expect(await answerOf(handlers, 'x')).toBe('slow x');
    const step = reference('y');
    expect(await Promise.all([1, 2].map(() => handlers.bind(step).call(stepContextOf())))).toEqual([
      'slow y',
      'slow y',
    ]);
    expect(asked).toBe(2);
  });

  it('are asked again for what they did not find, when it is wanted again', async () => {
    const known: Record<string, Handler> = {};
    const custom = resolverOf('custom', 20, known);
    const handlers = registryOf({}, [custom.resolver]);
    await handlers.prepare([{ callable: 'custom:late' }]);
    expect([handlers.has('custom:late'), handlers.has('custom:late')]).toEqual([false, false]);
    expect(custom.asked).toEqual(['custom:late']);
    known['custom:late'] = () => 'there now';
    await handlers.prepare([{ callable: 'custom:late' }]);
    expect(await answerOf(handlers, 'custom:late')).toBe('there now');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no such provider');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('no such provider');
      },
    ],
  ])('say why, when one %s', async (_, resolve: () => never | Promise<never>) => {
    const handlers = registryOf({}, [{ name: 'broken', priority: 20, canResolve: () => true, resolve }]);
    await handlers.prepare([{ callable: 'x' }]);
    expect(handlers.has('x')).toBe(false);
    expect(() => handlers.bind(reference('x'))).toThrow(
      'There is no handler `x`. Resolver `broken` did not find `x`: no such provider.',
    );
  });

  it('are refused when they have no name or share one', () => {
    const custom = resolverOf('custom', 20, {}).resolver;
    expect(() => registryOf({}, [custom, custom])).toThrow('There are two resolvers named `custom`.');
    expect(() => registryOf({}, [{ ...custom, name: 'explicit_mapping' }])).toThrow('two resolvers');
    expect(() => registryOf({}, [{ ...custom, priority: Number.NaN }])).toThrow('must be a number');
    // as a program in JavaScript may have it
    const make = (resolver: object) => (): unknown => Reflect.construct(HandlerRegistry, [[resolver]]);
    expect(make({ name: 'half', priority: 1 })).toThrow('`half` has no method `canResolve`');
    expect(make({ priority: 1 })).toThrow('needs a `name`');
  });

  it('may be added while the process runs', async () => {
    const handlers = registryOf({ 'custom:a': () => 'mapped' });
    const step = reference('custom:a');
    expect(await handlers.bind(step).call(stepContextOf())).toBe('mapped');
    handlers.addResolver(resolverOf('early', 1, { 'custom:a': () => 'early' }).resolver);
    expect(await handlers.bind(step).call(stepContextOf())).toBe('early');
  });
});
