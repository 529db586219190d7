import { expect, it } from 'vitest';
import { InvalidOptions } from '../errors.ts';
import { workerSettings } from './worker-options.ts';

it('fills in what is not said', () => {
  expect(workerSettings({ name: 'w', concurrency: 7 })).toEqual({
    name: 'w',
    namespaces: [],
    concurrency: 7,
    leaseMs: 15_000,
    pollMs: 3_000,
    shutdownMs: 30_000,
    maxResultBytes: 1_048_576,
    cacheBytes: 67_108_864,
  });
});

it('lists everything that is wrong at once, with what would be right', () => {
  const wrong = {
    concurrency: 0,
    leaseMs: 50,
    pollMs: 0.5,
    shutdownMs: -1,
    maxResultBytes: Number.NaN,
    cacheBytes: -1,
  };
  const problem = () => workerSettings(wrong);
  expect(problem).toThrow(InvalidOptions);
  expect(problem).toThrow(
    [
      'worker.concurrency must be a whole number of at least 1, not 0.',
      'worker.leaseMs must be a whole number of at least 100, not 50.',
      'worker.pollMs must be a whole number of at least 1, not 0.5.',
      'worker.shutdownMs must be a whole number of at least 0, not -1.',
      'worker.maxResultBytes must be a whole number of at least 2, not NaN.',
      'worker.cacheBytes must be a whole number of at least 0, not -1.',
    ].join('\n'),
  );
});
