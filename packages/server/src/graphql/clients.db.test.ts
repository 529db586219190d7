import { Client, CombinedError, fetchExchange, gql } from '@urql/core';
import { serverAudits } from 'graphql-http';
import { expect, it } from 'vitest';
import { databases } from '../../../engine/test/servers/databases.ts';
import { startTasker } from '../../test/start.ts';
import { startServer } from '../../test/start-server.ts';
import { diamond } from '../../test/template.ts';
import { valueOf } from './schema-node.ts';

// What others have written to speak GraphQL over HTTP, and nothing of ours.

it('everything that GraphQL over HTTP demands and recommends is kept to, as graphql-http audits it', async () => {
  const { url } = await open();
  const audits = serverAudits({ url: `${url}/tasker/graphql` });
  const broken: string[] = [];
  for (const { name, fn } of audits) {
    const { status } = await fn();
    if (status !== 'ok') broken.push(`${status}: ${name}`);
  }
  expect(audits.filter(({ name }) => name.startsWith('MUST')).length).toBeGreaterThan(10);
  expect(broken).toEqual([]);
});

const submit = gql`
  mutation Submit($input: CreateTaskInput!) {
    createTask(input: $input) { ...Submitted errors { code field message } }
  }
  fragment Submitted on CreateTaskPayload { taskId replayed task { status tags context } }
`;

const page = gql`
  query Page($tag: String!, $first: Int!, $after: String) {
    tasks(tag: $tag, first: $first, after: $after) {
      nodes { ...Line workflowSteps { ...Step parents { name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
  fragment Line on Task { taskId fullName tags }
  fragment Step on WorkflowStep { name status }
`;

it('SURF-27 a client with a cache of its own submits, pages, asks with fragments and names, and reads errors', async () => {
  const { client } = await open();
  const taskIds: unknown[] = [];
  for (let n = 0; n < 5; n++) {
    const input = { namespace: 'shapes', name: 'diamond', context: { n }, tags: ['urql'], idempotencyKey: `urql-${n}` };
    const { data, error } = await client.mutation(submit, { input }).toPromise();
    expect(error).toBeUndefined();
    expect(data).toMatchObject({
      createTask: { replayed: false, errors: [], task: { context: { n } } },
    });
    taskIds.unshift(valueOf(valueOf(data, 'createTask'), 'taskId'));
  }
  const seen: unknown[] = [];
  let after: unknown = null;
  for (let more: unknown = true; more === true; ) {
    const { data, error } = await client.query(page, { tag: 'urql', first: 2, after }).toPromise();
    expect(error).toBeUndefined();
    const tasks = valueOf(data, 'tasks');
    const nodes = valueOf(tasks, 'nodes');
    if (!Array.isArray(nodes)) throw new Error('a page has nodes');
    expect(nodes[0]).toMatchObject({
      fullName: 'shapes.diamond@1.0.0',
      workflowSteps: [{ name: 'first', parents: [] }, {}, {}, { parents: [{ name: 'left' }, { name: 'right' }] }],
    });
    seen.push(...nodes.map((node: unknown) => valueOf(node, 'taskId')));
    const info = valueOf(tasks, 'pageInfo');
    [after, more] = [valueOf(info, 'endCursor'), valueOf(info, 'hasNextPage')];
  }
  expect(seen).toEqual(taskIds);

  const refused = await client
    .mutation(submit, { input: { namespace: 'shapes', name: 'nope', context: {} } })
    .toPromise();
  expect(refused.data).toMatchObject({ createTask: { task: null, errors: [{ code: 'TEMPLATE_NOT_FOUND' }] } });
  for (const [document, variables, code] of [
    [page, { tag: 'urql', first: 1000 }, 'INVALID_REQUEST'],
    [page, { tag: 'urql' }, 'INVALID_REQUEST'],
    [gql`query One { task(taskId: "01890a5d-ac96-7000-8000-000000000000") { taskId } }`, {}, 'TASK_NOT_FOUND'],
    [gql`query Wrong { tsk { taskId } }`, {}, 'INVALID_REQUEST'],
  ] as const) {
    const { error } = await client.query(document, variables).toPromise();
    expect(error).toBeInstanceOf(CombinedError);
    expect(error?.networkError).toBeUndefined();
    expect(error?.graphQLErrors.map(({ extensions }) => extensions['code'])).toEqual([code]);
  }
});

it('such a client follows a task over the same address, until it has ended', async () => {
  const { client, tasker } = await open();
  const { id } = await tasker.submit({ namespace: 'shapes', name: 'diamond', context: {} });
  const follow = gql`
    subscription Follow($taskId: ID!) { task(taskId: $taskId) { event { kind } task { taskId status } } }
  `;
  const statuses = await new Promise<unknown[]>((resolve, reject) => {
    const told: unknown[] = [];
    client.subscription(follow, { taskId: id }).subscribe(({ data, error, hasNext }) => {
      if (error !== undefined) reject(error);
      told.push(valueOf(valueOf(valueOf(data, 'task'), 'task'), 'status'));
      if (!hasNext || told.at(-1) === 'complete') resolve(told);
    });
  });
  expect(statuses.at(-1)).toBe('complete');
});

async function open() {
  const [kind] = databases;
  if (kind === undefined) throw new Error('There is no database to run tests on.');
  const { db } = await kind.fresh();
  const tasker = await startTasker(db, { templates: [diamond], handlers: { do: () => ({}) } });
  const { url } = await startServer(tasker);
  const client = new Client({
    url: `${url}/tasker/graphql`,
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    requestPolicy: 'network-only',
  });
  return { tasker, url, client };
}
