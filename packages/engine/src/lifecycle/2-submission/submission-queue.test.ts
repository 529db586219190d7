import { expect, it } from 'vitest';
import { refusal } from '../../../test/scenarios/intercept.ts';
import { compilePlan } from '../../graph/compile-plan.ts';
import type { Database } from '../../postgres/database.ts';
import { normaliseTemplate } from '../1-template/template-document.ts';
import { createSubmissionQueue } from './submission-queue.ts';
import { prepareTask } from './submit-tasks.ts';

it('writes tasks of the same tick together', async () => {
  const { submit, writing } = setUp();
  await submit(3);
  expect(writing()).toEqual([3]);
});

it('writes a task beside one that is being written, and a third with the next', async () => {
  const { submit, writing, finish } = setUp();
  await submit(1);
  await submit(1);
  await submit(1);
  expect(writing()).toEqual([1, 1]);
  await finish();
  expect(writing()).toEqual([1, 1]);
});

it('lets a few wait for many, until as many have come', async () => {
  const { submit, writing } = setUp();
  await submit(3);
  await submit(2);
  expect(writing()).toEqual([3]);
  await submit(1);
  expect(writing()).toEqual([3, 3]);
});

it('writes the few that waited when the many are written', async () => {
  const { submit, writing, finish } = setUp();
  await submit(3);
  await submit(2);
  await finish();
  expect(writing()).toEqual([2]);
});

it('lets nobody wait for tasks that may themselves wait for a lock', async () => {
  const { submit, writing } = setUp();
  await submit(3, 'key');
  await submit(1);
  expect(writing()).toEqual([3, 1]);
});

/** A queue over a database that begins to write, and goes away when it is told to. */
function setUp() {
  const statements: { readonly tasks: number; finish(): void }[] = [];
  const begin = (tasks: number) =>
    new Promise<void>((resolve) => {
      statements.push({ tasks, finish: resolve });
    });
  const db: Database = {
    kind: 'server',
    schema: 'tasker',
    query: async (_statement, [ids] = []) => {
      await begin(String(ids).split(',').length);
      throw connectionLost();
    },
    script: () => Promise.resolve(),
    transaction: async () => {
      await begin(keyed);
      throw connectionLost();
    },
    listen: () => Promise.resolve(() => Promise.resolve()),
    close: () => Promise.resolve(),
  };
  let keyed = 0;
  let made = 0;
  const queue = createSubmissionQueue(db, () => Promise.resolve());
  const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return {
    writing: () => statements.map(({ tasks }) => tasks),
    async submit(count: number, idempotencyKey?: string) {
      if (idempotencyKey !== undefined) keyed = count;
      for (let i = 0; i < count; i++) {
        made += 1;
        const key = idempotencyKey === undefined ? undefined : `${idempotencyKey}-${made}`;
        const request = { name: 'one', context: {}, idempotencyKey: key };
        void queue.submit(prepareTask(`id-${made}`, registered, request)).catch(() => undefined);
      }
      await settled();
    },
    async finish() {
      statements.shift()?.finish();
      await settled();
    },
  };
}

const connectionLost = () => refusal('08006', 'the connection was lost');

const plan = compilePlan(normaliseTemplate({ name: 'one', steps: [{ name: 'only', handler: { callable: 'a' } }] }));
const registered = { revisionId: 1, revision: 1, plan, queues: [1] };
