import { describe, expect, it } from 'vitest';
import { stepContextOf } from '../../../test/attempts/step-context-of.ts';
import { HandlerNotFound, InvalidOptions } from '../../errors.ts';
import { HandlerRegistry } from './handler-registry.ts';
import { StepHandler } from './step-handler.ts';

class Greet extends StepHandler {
  static made = 0;
  readonly greeting = 'hello';

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

async function answerOf(handlers: HandlerRegistry, callable: string, method?: string): Promise<unknown> {
  return handlers.resolve(callable, method)(stepContextOf({ stepName: 'asked' }));
}

describe('the handlers of a process', () => {
  it('may be functions, objects and classes', async () => {
    const handlers = new HandlerRegistry();
    handlers.register('arrow', (context) => context.stepName);
    handlers.register('plain', function plain() {
      return 'plain';
    });
    const word = 'object';
    handlers.register('object', { call: () => word });
    handlers.register('class', Greet);
    expect(await Promise.all(['arrow', 'plain', 'object', 'class'].map((name) => answerOf(handlers, name)))).toEqual([
      'asked',
      'plain',
      'object',
      'hello',
    ]);
  });

  it('may be called by another method than `call`', async () => {
    const handlers = new HandlerRegistry();
    handlers.register('greet', Greet);
    expect(await answerOf(handlers, 'greet', 'shout')).toBe('HELLO');
  });

  it('fail by rejecting, even if they throw at once', async () => {
    const handlers = new HandlerRegistry();
    handlers.register('bad', () => {
      throw new Error('at once');
    });
    await expect(answerOf(handlers, 'bad')).rejects.toThrow('at once');
  });

  it('are made once for all their steps, and only when they are needed', () => {
    const handlers = new HandlerRegistry();
    Greet.made = 0;
    handlers.register('greet', Greet);
    expect(Greet.made).toBe(0);
    const call = handlers.resolve('greet');
    handlers.resolve('greet', 'shout');
    expect(handlers.resolve('greet')).toBe(call);
    expect(Greet.made).toBe(1);
  });

  it('CORE-116: that do not exist are reported with those that do', () => {
    const handlers = new HandlerRegistry();
    handlers.register('greet', Greet);
    expect(handlers.has('greet')).toBe(true);
    expect(handlers.has('great')).toBe(false);
    expect(() => handlers.resolve('great')).toThrow(HandlerNotFound);
    expect(() => handlers.resolve('great')).toThrow('There is no handler `great`. Registered here: greet.');
    expect(() => handlers.resolve('greet', 'whisper')).toThrow('There is no handler `greet` with a method `whisper`.');
    expect(() => handlers.resolve('greet', 'greeting')).toThrow(HandlerNotFound);
  });

  it('may be registered twice, but not two under one name', () => {
    const handlers = new HandlerRegistry();
    handlers.register('greet', Greet);
    handlers.register('greet', Greet);
    expect(handlers.callables()).toEqual(['greet']);
    expect(() => handlers.register('greet', () => 1)).toThrow(InvalidOptions);
  });
});
