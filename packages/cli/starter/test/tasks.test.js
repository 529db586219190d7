import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTasker, loadTemplates } from '@tasker/engine';
import { handlers, welcome } from '../tasks/index.js';

/** @type {import('@tasker/engine').Tasker} */
let tasker;

before(async () => {
  const { templates } = await loadTemplates(['templates']);
  tasker = await createTasker({ database: 'memory:', tasks: [welcome], templates, handlers });
});
after(() => tasker.stop());

test('a newcomer is welcomed', async () => {
  const task = await tasker.submit(welcome, { name: 'Ada', email: 'ada@example.com' });
  const { status, results } = await task.completed({ timeoutMs: 30_000 });
  assert.equal(status, 'complete');
  assert.equal(results.send_letter?.to, 'ada@example.com');
  assert.equal(results.write_letter?.text, 'Dear Ada, welcome!');
});

test('a newcomer without an address is refused', async () => {
  const submission = { namespace: 'starter', name: 'welcome', context: { name: 'Ada' } };
  await assert.rejects(() => tasker.submit(submission), { code: 'INVALID_CONTEXT' });
});

test('a text is reviewed', async () => {
  const task = await tasker.submit({ namespace: 'starter', name: 'review', context: { text: 'two words' } });
  const { status, results } = await task.completed({ timeoutMs: 30_000 });
  assert.equal(status, 'complete');
  assert.deepEqual(results, { check: { words: 2 }, publish: { published: true } });
});
