import { defineTask, jsonSchema, PermanentError } from '@tasker/engine';

// Tasks for tests of the command: one that ends well, and one that does as it is told.

export const greet = defineTask({
  namespace: 'shop',
  name: 'greet',
  version: '1.0.0',
  input: jsonSchema<{ name: string }>({ type: 'object', required: ['name'], properties: { name: { type: 'string' } } }),
})
  .step('begin', { run: () => ({ begun: true }) })
  .step('say_hello', { after: ['begin'], run: ({ input }) => ({ greeting: `hello ${input.name}` }) })
  .step('say_goodbye', { after: ['begin'], run: ({ input }) => ({ greeting: `goodbye ${input.name}` }) })
  .step('end', { after: ['say_hello', 'say_goodbye'], run: () => ({}) });

export const fail = defineTask({ namespace: 'shop', name: 'fail', version: '1.0.0' })
  .step('break', {
    run: ({ input }) => {
      if (input['mended'] === true) return { mended: true };
      throw new PermanentError('The card was declined.', { errorCode: 'PAYMENT_DECLINED' });
    },
  })
  .step('after', { after: ['break'], run: () => ({}) });
