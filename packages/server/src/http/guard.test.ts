import { expect, it } from 'vitest';
import { guard } from './guard.ts';

const local = { hosts: new Set(['127.0.0.1', 'localhost', '[::1]']), origins: new Set(['https://ops.example']) };

it.each([
  ['GET', { host: 'localhost:3000' }],
  ['GET', { host: 'LOCALHOST' }],
  ['GET', { host: '[::1]:3000' }],
  ['GET', { host: '127.0.0.1:3000', origin: 'https://evil.example' }],
  ['POST', { host: '127.0.0.1:3000' }],
  ['POST', { host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000' }],
  ['POST', { host: '127.0.0.1:3000', origin: 'https://ops.example' }],
])('%s with %o passes', (method, headers) => {
  expect(() => guard(method, headers, local)).not.toThrow();
});

it.each([
  ['GET', { host: 'evil.example:3000' }, /answers to 127.0.0.1, localhost/],
  ['GET', {}, /answers to/],
  ['POST', { host: '127.0.0.1:3000', origin: 'http://127.0.0.1:4000' }, /may not send commands/],
  ['DELETE', { host: '127.0.0.1:3000', origin: 'null' }, /may not send commands/],
])('%s with %o is refused', (method, headers, problem) => {
  expect(() => guard(method, headers, local)).toThrow(problem);
});
