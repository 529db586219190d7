import { expect, test } from 'vitest';
import { readSimulatedFailure } from './simulated-failure.ts';

const steps = ['charge', 'ship'];

test('a step fails once unless more is said', () => {
  expect(readSimulatedFailure('charge', steps)).toEqual({ step: 'charge', error: 'timeout', times: 1 });
  expect(readSimulatedFailure('ship:auth', steps)).toEqual({ step: 'ship', error: 'auth', times: 1 });
  expect(readSimulatedFailure('ship:auth:3', steps)).toEqual({ step: 'ship', error: 'auth', times: 3 });
});

test.each([
  ['pay', /names the step pay, which there is not. There are: charge, ship/],
  ['charge::2', /cannot be read/],
  ['charge:a:1:2', /cannot be read/],
  ['charge:timeout:none', /TIMES must be a whole number/],
])('%s is refused', (where, message) => {
  expect(() => readSimulatedFailure(where, steps)).toThrow(message);
});
