import { PermanentError, RetryableError } from '@tasker/engine';
import { expect, test } from 'vitest';
import { withinAttempts } from './attempt-limit.ts';

const busy = () => Promise.reject(new RetryableError('busy', { errorCode: 'BUSY', retryAfter: 5 }));

test('below the limit a failure stays what it is', async () => {
  await expect(withinAttempts(2, 1, busy)).rejects.toBeInstanceOf(RetryableError);
  expect(await withinAttempts(2, 1, () => Promise.resolve('done'))).toBe('done');
});

test('at the limit it is final and keeps its code', async () => {
  const failure: unknown = await withinAttempts(2, 2, busy).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PermanentError);
  expect(failure).toMatchObject({ errorCode: 'BUSY', context: { attempts_allowed: 2, exhausted: true } });
});
