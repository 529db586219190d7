import { errorCatalogue } from '@tasker/contract';
import { describe, expect, it } from 'vitest';
import * as errors from './errors.ts';

const examples: readonly errors.TaskerError[] = [
  new errors.InvalidTemplate([{ code: 'NO_STEPS', path: 'steps', message: 'A template needs at least one step.' }]),
  new errors.InvalidContext('shop/order@1.0.0', [{ path: 'email', message: 'is required' }]),
  new errors.TemplateNotFound('shop', 'order', '1.0.0'),
  new errors.TemplateNotRunnable('shop/order@1.0.0', ['Step `route` is of type `decision`, which cannot run yet.']),
  new errors.TemplateConflict('shop', 'order', '1.0.0', ['steps']),
  new errors.TaskNotFound('t1'),
  new errors.StepNotFound('t1', 'pay'),
  new errors.DuplicateTask('shop/order@1.0.0', 't1'),
  new errors.InvalidTransition('Task t1', 'complete', 'cancelled'),
  new errors.HandlerNotFound('shop.pay', ['shop.ship']),
  new errors.InvalidOptions(['concurrency must be at least 1']),
  new errors.DatabaseUnavailable('The database refused the connection.', new Error('ECONNREFUSED')),
  new errors.WaitTimedOut('Task t1', 500),
  new errors.InvalidRequest('priority', 'must be from -100 to 100'),
];

describe('the errors of the engine', () => {
  it.each(examples.map((error) => [error.name, error] as const))(
    '%s has its own name, a code of the catalogue, and data',
    (name, error) => {
      expect(error).toBeInstanceOf(errors.TaskerError);
      expect(error.constructor.name).toBe(name);
      expect(errorCatalogue[error.code].status).toBe(error.status);
      expect(error.message).not.toBe('');
      expect(JSON.parse(JSON.stringify(error.details))).toEqual(error.details);
    },
  );

  it('say where, what and what to do', () => {
    expect(
      new errors.InvalidTemplate([
        {
          code: 'UNKNOWN_KEY',
          file: 'order.yaml',
          line: 3,
          column: 5,
          path: 'nme',
          message: 'Unknown key `nme`.',
          remedy: 'Did you mean `name`?',
        },
        { code: 'NO_TEMPLATE', path: '', message: 'There is no template here.' },
      ]).message,
    ).toBe(
      'The template has 2 problems:\n  order.yaml:3:5 nme: Unknown key `nme`. Did you mean `name`?\n  There is no template here.',
    );
    expect(new errors.DuplicateTask('shop/order@1.0.0', 't1')).toMatchObject({
      existingTaskId: 't1',
      details: { task_id: 't1' },
    });
  });

  it('keep their cause', () => {
    const cause = new Error('ECONNREFUSED');
    expect(new errors.DatabaseUnavailable('away', cause).cause).toBe(cause);
    expect(new errors.TaskNotFound('t1')).not.toHaveProperty('cause');
  });
});
