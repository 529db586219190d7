// @ts-check
import { defineTask, jsonSchema, PermanentError } from '@tasker/engine';

/** @typedef {{ readonly name: string, readonly email: string }} Newcomer */

/** @type {import('@tasker/engine').TypedJsonSchema<Newcomer>} */
const input = jsonSchema({
  type: 'object',
  required: ['name', 'email'],
  properties: { name: { type: 'string', minLength: 1 }, email: { type: 'string', pattern: '@' } },
});

// A task in code: each step sees the results of the steps that it names in `after`.
export const welcome = defineTask({ namespace: 'starter', name: 'welcome', version: '1.0.0', input })
  .step('create_account', {
    run: ({ input, context }) => ({ account: `account-${context.idempotencyKey.slice(0, 8)}`, owner: input.name }),
  })
  .step('write_letter', {
    after: ['create_account'],
    run: ({ results }) => ({ text: `Dear ${results.create_account.owner}, welcome!` }),
  })
  .step('send_letter', {
    after: ['write_letter'],
    retry: { maxAttempts: 5 },
    // Tried again when it fails; the key is the same each time, so that your mail service sends one letter.
    run: ({ input, results, context }) => ({
      to: input.email,
      text: results.write_letter.text,
      key: context.idempotencyKey,
    }),
  });

// The handlers of templates/review.yaml, by the names that it calls them.
export const handlers = {
  /** @param {import('@tasker/engine').StepContext} context */
  'review.check': (context) => {
    const text = context.getInput('text');
    if (typeof text !== 'string') throw new PermanentError('There is no text.', { errorCode: 'NO_TEXT' });
    return { words: text.split(/\s+/).filter(Boolean).length };
  },
  /** @param {import('@tasker/engine').StepContext} context */
  'review.publish': (context) => ({ published: context.getDependencyField('check', 'words') !== 0 }),
};
