import { describe, expect, it } from 'vitest';
import { checkTaskRequest, type TaskRequest } from './task-request.ts';

const request: TaskRequest = { name: 'order', context: {} };

describe('checkTaskRequest', () => {
  it('lets through what is as long as it may be (CORE-14, TC-04)', () => {
    expect(() =>
      checkTaskRequest({
        namespace: 'n'.repeat(64),
        name: 'n'.repeat(64),
        version: '1.0.0',
        context: {},
        priority: -100,
        correlationId: 'a'.repeat(100),
        parentCorrelationId: 'Order:7_a.b-c',
        idempotencyKey: 'x'.repeat(255),
        initiator: 'x'.repeat(128),
        sourceSystem: '',
        reason: 'ü'.repeat(128),
        tags: ['x'.repeat(128)],
        bypassSteps: [],
      }),
    ).not.toThrow();
  });

  it.each<[string, Partial<Record<keyof TaskRequest | 'colour', unknown>>, string]>([
    ['a long initiator', { initiator: 'x'.repeat(129) }, '`initiator` must have at most 128 characters, not 129.'],
    [
      'a long source system',
      { sourceSystem: 'x'.repeat(129) },
      '`source_system` must have at most 128 characters, not 129.',
    ],
    ['a long reason', { reason: 'x'.repeat(129) }, '`reason` must have at most 128 characters, not 129.'],
    ['a long key', { idempotencyKey: 'x'.repeat(256) }, '`idempotency_key` must have at most 255 characters, not 256.'],
    ['an empty key', { idempotencyKey: '' }, '`idempotency_key` must not be blank.'],
    ['a long correlation id', { correlationId: 'x'.repeat(101) }, '`correlation_id` must have at most 100 characters'],
    ['a correlation id with spaces', { correlationId: 'a b' }, '`correlation_id` must begin with a letter or digit'],
    ['an odd parent correlation id', { parentCorrelationId: '-' }, '`parent_correlation_id` must begin with a letter'],
    ['a long tag', { tags: ['x'.repeat(129)] }, '`tags` must have at most 128 characters, not 129.'],
    ['an empty tag', { tags: [''] }, '`tags` must not be blank.'],
    ['tags that are no list', { tags: 'vip' }, '`tags` must be a list of strings.'],
    ['a tag that is no string', { tags: [7] }, '`tags` must be a string.'],
    ['an initiator that is no string', { initiator: 7 }, '`initiator` must be a string.'],
    ['a null character', { reason: 'a\u0000b' }, '`reason` has a character that PostgreSQL cannot store.'],
    ['half a character', { tags: ['a\ud800b'] }, '`tags` has a character that PostgreSQL cannot store.'],
    ['a priority of 101', { priority: 101 }, '`priority` must be a whole number from -100 to 100, not 101.'],
    ['half a priority', { priority: 0.5 }, '`priority` must be a whole number from -100 to 100, not 0.5.'],
    ['a priority in words', { priority: 'high' }, '`priority` must be a whole number from -100 to 100, not high.'],
    ['no name', { name: undefined }, '`name` must not be blank.'],
    ['a blank name', { name: '' }, '`name` must not be blank.'],
    ['a name that is no string', { name: 7 }, '`name` must be a string.'],
    ['a namespace that is no string', { namespace: 7 }, '`namespace` must be a string.'],
    ['a version that is no string', { version: 1 }, '`version` must be a string.'],
    ['bypassed steps that are no list', { bypassSteps: 'a' }, '`bypass_steps` must be a list of strings.'],
    ['a field that there is not', { colour: 'red' }, '`colour` is not known here; known are namespace, name, version,'],
  ])('refuses %s and names the field (CORE-13, CORE-14, CORE-129, TC-04)', (_, field, message) => {
    expect(() => {
      Reflect.apply(checkTaskRequest, undefined, [{ ...request, ...field }]);
    }).toThrow(message);
  });
});
