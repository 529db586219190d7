import { describe, expect, it } from 'vitest';
import { stepContextOf } from '../../../test/attempts/step-context-of.ts';
import { defineHandler } from './define-handler.ts';
import type { StepContext } from './step-context.ts';

interface Cart {
  readonly total: number;
}

const charge = defineHandler(
  'shop.charge',
  { depends: { cart: 'validate_cart' }, inputs: { email: 'customer_email' }, version: '2.0.0' },
  ({ cart, email, context }: { cart: Cart | null; email: string | undefined; context: StepContext }) => ({
    charged: cart?.total ?? 0,
    email: email ?? 'nobody',
    attempt: context.attempt,
  }),
);

describe('a functional handler', () => {
  it('is a handler class that knows its name and version', () => {
    expect(charge.handlerName).toBe('shop.charge');
    expect(charge.handlerVersion).toBe('2.0.0');
    expect(new charge().name).toBe('shop.charge');
  });

  it('is given the results and inputs it asks for, and the context', () => {
    const context = stepContextOf({
      attempt: 2,
      input: { customer_email: 'a@example.com' },
      results: { validate_cart: { total: 10 } },
    });
    expect(new charge().call(context)).toEqual({ charged: 10, email: 'a@example.com', attempt: 2 });
  });

  it('is given null and undefined for what is not there', () => {
    expect(new charge().call(stepContextOf())).toEqual({ charged: 0, email: 'nobody', attempt: 1 });
  });

  it('need not ask for anything', () => {
    const ping = defineHandler('ping', {}, () => 'pong');
    expect(new ping().call(stepContextOf())).toBe('pong');
    expect(ping.handlerVersion).toBe('1.0.0');
  });
});
