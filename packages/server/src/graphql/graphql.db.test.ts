import type { TaskerOptions } from '@tasker/engine';
import {
  buildClientSchema,
  type GraphQLNamedType,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, it } from 'vitest';
import { describeEachDatabase, type TestDatabaseKind } from '../../../engine/test/servers/databases.ts';
import { counting } from '../../test/counting.ts';
import { startTasker } from '../../test/start.ts';
import { startServer } from '../../test/start-server.ts';
import { diamond, templateOf } from '../../test/template.ts';
import type { ServerOptions } from '../server.ts';
import { printedSchema } from './printed-schema.ts';
import { valueOf } from './schema-node.ts';

const nowhere = '01890a5d-ac96-7000-8000-000000000000';
const createTask = `mutation ($input: CreateTaskInput!) { createTask(input: $input) { taskId task { status } } }`;

interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly unknown[];
    readonly extensions: { readonly code: string; readonly correlation_id: string; readonly details: unknown };
  }[];
}

describeEachDatabase((kind) => {
  it('SURF-22 tasks are listed by pages, by status and by what was noted, and shown one by one', async () => {
    const { tasker, ask, submit } = await open(kind);
    const ids = [];
    for (let n = 0; n < 5; n++) ids.unshift(await submit({ tags: [n % 2 === 0 ? 'even' : 'odd'] }));
    for (const id of ids) await tasker.task(id).completed({ timeoutMs: 20_000 });
    const pages = `query ($after: String) { tasks(first: 2, after: $after, namespace: "shapes") {
      nodes { taskId } edges { cursor node { taskId } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
    const first = await ask(pages);
    expect(first.data?.['tasks']).toMatchObject({
      nodes: [{ taskId: ids[0] }, { taskId: ids[1] }],
      edges: [{ node: { taskId: ids[0] } }, { node: { taskId: ids[1] } }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: ids[1] },
    });
    const second = await ask(pages, { after: ids[1] });
    expect(second.data?.['tasks']).toMatchObject({ nodes: [{ taskId: ids[2] }, { taskId: ids[3] }] });
    const last = await ask(pages, { after: ids[3] });
    expect(last.data?.['tasks']).toMatchObject({
      nodes: [{ taskId: ids[4] }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
    expect(await ask('{ tasks(status: complete, tag: "odd") { nodes { taskId status tags } } }')).toEqual({
      data: {
        tasks: {
          nodes: [
            { taskId: ids[1], status: 'complete', tags: ['odd'] },
            { taskId: ids[3], status: 'complete', tags: ['odd'] },
          ],
        },
      },
    });
    expect(await ask('{ tasks(status: cancelled) { nodes { taskId } } }')).toEqual({ data: { tasks: { nodes: [] } } });

    await tasker.annotate(ids[0] ?? '', 'note', { by: 'ada', n: 1 });
    await tasker.annotate(ids[1] ?? '', 'note', { by: 'ada', n: '1' });
    const annotated = `query ($value: JSON) { tasksByAnnotation(annotationType: "note", annotationKey: "n", annotationValue: $value) {
      nodes { taskId taskAnnotations { name value } } } }`;
    expect(await ask(annotated, { value: 1 })).toEqual({
      data: {
        tasksByAnnotation: {
          nodes: [{ taskId: ids[0], taskAnnotations: [{ name: 'note', value: { by: 'ada', n: 1 } }] }],
        },
      },
    });

    const shown = await ask(
      `query ($id: ID!) { task(taskId: $id) { taskId context executionStatus totalSteps
        template { fullName graph { levels } document } history(first: 1) { nodes { kind } pageInfo { endCursor hasNextPage } }
        explain { kind remedy } workflowSteps { name } edges { from to } } }`,
      { id: ids[0] },
    );
    expect(shown.errors).toBeUndefined();
    expect(shown.data?.['task']).toMatchObject({
      context: { a: 1, list: [{ b: null }] },
      executionStatus: 'all_complete',
      totalSteps: 4,
      template: { fullName: 'shapes.diamond@1.0.0', document: { name: 'diamond' } },
      history: { nodes: [{ kind: 'submitted' }], pageInfo: { hasNextPage: true } },
      explain: [{ kind: 'task_complete' }],
      workflowSteps: [{ name: 'first' }, { name: 'left' }, { name: 'right' }, { name: 'last' }],
      edges: expect.arrayContaining([{ from: 'left', to: 'last' }]),
    });
  });

  it.each(['tasks', 'templates', 'workers', 'tasksByAnnotation(annotationType: "a"'])(
    'SURF-22 %s come in pages of at most a hundred, and what is wrong with a page is told by its argument',
    async (field) => {
      const { ask } = await open(kind);
      const call = (args: string) => (field.includes('(') ? `{ ${field}, ${args})` : `{ ${field}(${args})`);
      for (const [args, argument] of [
        ['first: 101', 'first'],
        ['first: 0', 'first'],
        ['after: "nonsense"', 'after'],
      ] as const) {
        const { errors } = await ask(`${call(args)} { nodes { __typename } } }`);
        expect(errors?.[0]).toMatchObject({
          message: expect.stringContaining(`\`${argument}\``),
          extensions: { code: 'INVALID_REQUEST', details: { field: argument } },
        });
      }
    },
  );

  it('SURF-23 a step has its parents, children and task, and the kinds of annotations are listed', async () => {
    const { tasker, ask, submit } = await open(kind);
    const taskId = await submit();
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    const step = `query ($taskId: ID!, $stepId: ID!) { step(taskId: $taskId, stepId: $stepId) { workflowStepId name results
      parents { name parents { name } } children { name } siblings { name } explain { kind }
      task { status fullName workflowSteps { name } } } }`;
    const byName = await ask(step, { taskId, stepId: 'left' });
    expect(byName.data?.['step']).toMatchObject({
      results: { did: 'left' },
      parents: [{ name: 'first', parents: [] }],
      children: [{ name: 'last' }],
      siblings: [{ name: 'right' }],
      explain: [{ kind: 'complete' }],
      task: { status: 'complete', fullName: 'shapes.diamond@1.0.0' },
    });
    const workflowStepId = valueOf(byName.data?.['step'], 'workflowStepId');
    expect(await ask(step, { taskId, stepId: workflowStepId })).toEqual(byName);
    expect(await ask('{ annotationTypes { name } }')).toEqual({ data: { annotationTypes: [] } });
    for (const name of ['b', 'a', 'b']) await tasker.annotate(taskId, name, 1);
    expect(await ask('{ annotationTypes { name } }')).toEqual({
      data: { annotationTypes: [{ name: 'a' }, { name: 'b' }] },
    });
  });

  it('SURF-24 tasks are created in a namespace and version, changed and cancelled; refusals come as data to those who ask', async () => {
    const { tasker, ask } = await open(kind);
    await tasker.register(templateOf({ only: [] }, { version: '2.0.0', handler: 'nobody' }));
    const created = await ask(
      `mutation { createTask(input: {namespace: "shapes", name: "diamond", version: "2.0.0", context: {deep: [{x: 1.5}], no: null}, tags: ["x"]}) {
        taskId status version replayed errors { code } task { context tags template { version } } } }`,
    );
    expect(created.data?.['createTask']).toMatchObject({
      status: 'pending',
      version: '2.0.0',
      replayed: false,
      errors: [],
      task: { context: { deep: [{ x: 1.5 }], no: null }, tags: ['x'], template: { version: '2.0.0' } },
    });
    const taskId = valueOf(created.data?.['createTask'], 'taskId');
    const updated = await ask(
      `mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { changed task { tags reason } } }`,
      { input: { taskId, tags: ['y'], reason: null } },
    );
    expect(updated.data?.['updateTask']).toEqual({ changed: true, task: { tags: ['y'], reason: null } });
    // what one mutation read must not be taken for true after the next
    const twice = await ask(
      `mutation ($id: ID!) {
        a: updateTask(input: {taskId: $id, tags: ["a"]}) { task { taskId workflowSteps { status } } }
        b: cancelTask(input: {taskId: $id, reason: "enough", actor: "ada"}) { cancelled task { status workflowSteps { status } history(first: 100) { nodes { kind actor reason } } } } }`,
      { id: taskId },
    );
    expect(twice).toMatchObject({
      data: {
        a: { task: { workflowSteps: [{ status: 'pending' }] } },
        b: {
          cancelled: true,
          task: {
            status: 'cancelled',
            workflowSteps: [{ status: 'cancelled' }],
            history: { nodes: expect.arrayContaining([expect.objectContaining({ actor: 'ada', reason: 'enough' })]) },
          },
        },
      },
    });

    const refused = `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { taskId } ...E } }
      fragment E on CreateTaskPayload { errors { code message field details } }`;
    expect(await ask(refused, { input: { namespace: 'shapes', name: 'nope', context: {} } })).toEqual({
      data: {
        createTask: {
          task: null,
          errors: [
            {
              code: 'TEMPLATE_NOT_FOUND',
              message: expect.stringContaining('shapes/nope'),
              field: null,
              details: expect.objectContaining({ name: 'nope' }),
            },
          ],
        },
      },
    });
    expect(
      await ask(refused, { input: { namespace: 'shapes', name: 'x', context: [], correlationId: '?' } }),
    ).toMatchObject({
      data: {
        createTask: {
          errors: [
            {
              code: 'INVALID_REQUEST',
              details: {
                violations: expect.arrayContaining([
                  { path: 'context', message: 'must be object' },
                  { path: 'correlationId', message: expect.any(String) },
                ]),
              },
            },
          ],
        },
      },
    });
    expect(await ask(createTask, { input: { namespace: 'shapes', name: 'nope', context: {} } })).toMatchObject({
      data: null,
      errors: [{ path: ['createTask'], extensions: { code: 'TEMPLATE_NOT_FOUND', details: { name: 'nope' } } }],
    });
  });

  it('SURF-25 steps are changed, retried, resolved, skipped and cancelled', async () => {
    const { tasker, ask, submit } = await open(kind, { fail: 'left' });
    const taskId = await submit();
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    const command = (name: string, input: string) =>
      ask(
        `mutation ($id: ID!) { ${name}(input: {taskId: $id, ${input}}) { changed taskStatus step { name status retryLimit results actor } } }`,
        { id: taskId },
      );
    expect(await command('updateStep', 'stepId: "left", retryLimit: 7')).toMatchObject({
      data: { updateStep: { changed: true, step: { retryLimit: 7 } } },
    });
    expect(await command('retryStep', 'stepId: "left"')).toMatchObject({ data: { retryStep: { changed: true } } });
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    expect(await command('resolveStep', 'stepId: "left", result: {by: ["hand"]}, actor: "ada"')).toMatchObject({
      data: { resolveStep: { step: { status: 'resolved_manually', results: { by: ['hand'] }, actor: 'ada' } } },
    });
    expect(await command('retryStep', 'stepId: "nope"')).toMatchObject({
      errors: [{ extensions: { code: 'STEP_NOT_FOUND' } }],
    });
    await tasker.register(templateOf({ a: [], b: [] }, { name: 'idle', handler: 'nobody' }));
    const idle = await submit({ name: 'idle' });
    const both = await ask(
      `mutation ($id: ID!) { skipStep(input: {taskId: $id, stepId: "b"}) { changed } cancelStep(input: {taskId: $id, stepId: "a"}) { cancelled step { status } } }`,
      { id: idle },
    );
    expect(both.data).toMatchObject({
      skipStep: { changed: true },
      cancelStep: { cancelled: true, step: { status: 'cancelled' } },
    });
  });

  it('SURF-26 every field of every type resolves, for a client that knows only what introspection says', async () => {
    const { tasker, ask, send, submit } = await open(kind, { fail: 'left' });
    const taskId = await submit();
    await tasker.task(taskId).completed({ timeoutMs: 20_000 });
    await tasker.annotate(taskId, 'note', { by: 'ada' });
    const introspection = getIntrospectionQuery({ specifiedByUrl: true, schemaDescription: true });
    const { body } = await send<{ readonly data: IntrospectionQuery }>('POST', '/graphql', { query: introspection });
    const schema = buildClientSchema(body.data);
    expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toBe(printedSchema());
    const known: Readonly<Record<string, string>> = {
      first: '2',
      taskId: JSON.stringify(taskId),
      stepId: '"left"',
      namespace: '"shapes"',
      name: '"diamond"',
      from: '"1.0.0"',
      annotationType: '"note"',
    };
    const seen = new Set<string>();
    for (const [name, field] of Object.entries(schema.getQueryType()?.getFields() ?? {})) {
      const wanted = field.args.filter((each) => isRequiredArgument(each) || each.name === 'first');
      const args = wanted.map((each) => `${each.name}: ${known[each.name]}`);
      const query = `{ ${name}${args.length === 0 ? '' : `(${args.join(', ')})`} ${everything(getNamedType(field.type), 2, seen)} }`;
      const answer = await ask(query);
      expect(answer.errors ?? []).toEqual([]);
      expect(answer.data?.[name]).not.toBeNull();
    }
    const output = Object.values(schema.getTypeMap()).filter(
      (type) =>
        isObjectType(type) &&
        !/^__|Payload$|^Mutation$|^Query$|^UserError$|^Subscription$|Message$|^LiveEvent$/.test(type.name),
    );
    expect(output.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
  });

  it('SURF-27 variables come as an object, as text or not at all, and one operation of several is named', async () => {
    const { send, submit } = await open(kind);
    const taskId = await submit();
    const query = 'query one($id: ID!) { task(taskId: $id) { taskId } } query other { metrics }';
    const operationName = 'one';
    const found = { status: 200, body: { data: { task: { taskId } } } };
    expect(await send('POST', '/graphql', { query, operationName, variables: { id: taskId } })).toMatchObject(found);
    expect(
      await send('POST', '/graphql', { query, operationName, variables: JSON.stringify({ id: taskId }) }),
    ).toMatchObject(found);
    const search = new URLSearchParams({ query, operationName, variables: JSON.stringify({ id: taskId }) });
    expect(await send('GET', `/graphql?${search.toString()}`)).toMatchObject(found);
    for (const variables of [undefined, null, '', {}]) {
      expect(await send('POST', '/graphql', { query, operationName: 'other', variables })).toMatchObject({
        status: 200,
        body: { data: { metrics: expect.stringContaining('tasker_tasks') } },
      });
    }
    for (const [body, field] of [
      [{ query, operationName, variables: [1] }, 'variables'],
      [{ query, operationName, variables: '{"id":' }, 'variables'],
      [{ query, operationName, variables: '{"id":1,"id":2}' }, 'variables'],
      [{ query, operationName: 1 }, 'operationName'],
      [{ query: '' }, 'query'],
      [{}, 'query'],
      [[{ query }], 'body'],
    ] as const) {
      expect(await send('POST', '/graphql', body)).toMatchObject({
        status: 400,
        body: { errors: [{ extensions: { code: 'INVALID_REQUEST', details: { field } } }] },
      });
    }
    for (const operationName of [undefined, 'third']) {
      expect(await send('POST', '/graphql', { query, operationName })).toMatchObject({
        body: {
          errors: [{ message: expect.stringContaining('operationName'), extensions: { code: 'INVALID_REQUEST' } }],
        },
      });
    }
  });

  it.each([
    ['an alias', '{ harmless: task(taskId: $id) { s: workflowSteps { name } } }', 'steps:read'],
    ['a second field', '{ namespaces { name } step(taskId: $id, stepId: "left") { name } }', 'steps:read'],
    ['a fragment', '{ task(taskId: $id) { ...F } } fragment F on Task { workflowSteps { name } }', 'steps:read'],
    [
      'a directive',
      '{ task(taskId: $id) { ... @include(if: true) { workflowSteps @skip(if: false) { name } } } }',
      'steps:read',
    ],
    [
      'a comment',
      '{ # task {\n tasks { nodes # )\n { workflowSteps { name } } } a: task(taskId: $id) { taskId } }',
      'steps:read',
    ],
    ['edges of a task', '{ task(taskId: $id) { edges { from } } }', 'steps:read'],
    [
      'reasons of a step',
      '{ task(taskId: $id) { explain { kind } workflowSteps { explain { kind } } } }',
      'steps:read',
    ],
    ['the template of a task', '{ task(taskId: $id) { template { document } } }', 'templates:read'],
    ['the task of a step', '{ step(taskId: $id, stepId: "left") { task { context } } }', 'tasks:read'],
    [
      'a list of tasks',
      '{ namespaces { name } x: tasks { nodes { taskId } } a: task(taskId: $id) { taskId } }',
      'tasks:read',
    ],
    ['a page of workers', '{ workers { nodes { name } } a: task(taskId: $id) { taskId } }', 'workers:read'],
  ])('SURF-28 what nobody may read is not read through %s', async (_, query, denied) => {
    let armed = false;
    const { ask, submit } = await open(
      kind,
      {},
      {
        authorizer: {
          authorize(permission) {
            if (armed && permission === denied) throw Object.assign(new Error('you may not'), { code: 'x' });
          },
        },
      },
    );
    const taskId = await submit();
    const document = query.startsWith('{') ? `query ($id: ID!) ${query}` : query;
    expect((await ask(document, { id: taskId })).errors).toBeUndefined();
    armed = true;
    const { errors = [] } = await ask(document, { id: taskId });
    expect(errors.length).toBeGreaterThan(0);
  });

  it('many tasks are read with as many statements as two', async () => {
    const { ask, submit, statements } = await open(kind, { worker: false });
    const query = `query ($first: Int) { tasks(first: $first) { nodes { taskId context executionStatus taskAnnotations { name }
      template { versions document } explain { kind } history(first: 5) { nodes { kind } }
      workflowSteps { name task { healthStatus } parents { name } children { name parents { name } } explain { kind } } } } }`;
    for (let n = 0; n < 30; n++) await submit();
    const counted = async (first: number) => {
      const before = statements();
      const { errors, data } = await ask(query, { first });
      expect(errors).toBeUndefined();
      expect(valueOf(data?.['tasks'], 'nodes')).toHaveLength(first);
      return statements() - before;
    };
    await counted(1);
    const few = await counted(2);
    expect(await counted(30)).toBeLessThanOrEqual(few + 1);
    expect(few).toBeLessThanOrEqual(16);
  });

  it('errors carry a code, details and the correlation id of the request', async () => {
    const { send, ask } = await open(kind);
    const post = (body: unknown, headers = {}) =>
      send<GraphqlAnswer>('POST', '/graphql', body, { 'x-correlation-id': 'c-1', ...headers });
    const missing = await post({ query: `{ task(taskId: "${nowhere}") { taskId } namespaces { name } }` });
    expect(missing).toMatchObject({
      status: 200,
      body: {
        data: { task: null, namespaces: expect.any(Array) },
        errors: [
          {
            message: `There is no task ${nowhere}.`,
            path: ['task'],
            locations: [{ line: 1, column: 3 }],
            extensions: { code: 'TASK_NOT_FOUND', details: { task_id: nowhere }, correlation_id: 'c-1' },
          },
        ],
      },
    });
    expect(missing.headers.get('x-correlation-id')).toBe('c-1');
    for (const [query, message] of [
      ['{ task(taskId: "x") { taskId } }', /`taskId` must be a UUID/],
      ['{ tsk { taskId } }', /Did you mean/],
      ['{ tasks(', /Syntax Error/],
      [
        'mutation { updateTask(input: {taskId: "x", tagz: []}) { changed } }',
        /"tagz" is not defined.*Did you mean "tags"/,
      ],
      ['{ tasks(createdAfter: "today") { nodes { taskId } } }', /`createdAfter` must be a time such as/],
      ['{ tasks(status: done) { nodes { taskId } } }', /"done" does not exist in "TaskStatus"/],
      [`{${'{'.repeat(9_000)}`, /Syntax Error|nested too deeply/],
      [`{ ${'a '.repeat(11_000)} }`, /10000 tokens/],
      [`{ step(taskId: "x", stepId: "a") { ${'parents { '.repeat(15)} name ${'}'.repeat(15)} } }`, /levels deep/],
    ] as const) {
      const { errors } = await ask(query);
      expect(errors?.[0]?.message).toMatch(message);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', correlation_id: expect.any(String) });
    }
    const strict = await post({ query: '{ tsk }' }, { accept: 'application/graphql-response+json' });
    expect(strict.status).toBe(400);
  });

  it('what is wrong with a request is told in the form of GraphQL, too, and a fault of ours tells nothing else', async () => {
    const logged: object[] = [];
    let broken = false;
    const { send } = await open(
      kind,
      {},
      {
        bodyLimit: 2_000,
        logger: { debug: () => undefined, error: (fields) => logged.push(fields) },
        authorizer: {
          authorize() {
            if (broken) throw new Error('secret');
          },
        },
      },
    );
    const post = (body: unknown, headers?: Readonly<Record<string, string>>) => send('POST', '/graphql', body, headers);
    const failed = (status: number, code: string) => ({
      status,
      body: { errors: [{ extensions: { code, correlation_id: expect.any(String) } }] },
    });
    expect(await post({ query: `{ metrics } # ${'x'.repeat(3_000)}` })).toMatchObject(failed(413, 'PAYLOAD_TOO_LARGE'));
    expect(await post('{"query":')).toMatchObject(failed(400, 'INVALID_REQUEST'));
    expect(await post('{"query":"{ metrics }","query":"{ metrics }"}')).toMatchObject(failed(400, 'INVALID_REQUEST'));
    expect(await post(undefined)).toMatchObject(failed(400, 'INVALID_REQUEST'));
    expect(await post('query: "{ metrics }"', { 'content-type': 'application/yaml' })).toMatchObject(
      failed(415, 'UNSUPPORTED_MEDIA_TYPE'),
    );
    expect(await post('{ metrics }', { 'content-type': 'application/graphql' })).toMatchObject(
      failed(415, 'UNSUPPORTED_MEDIA_TYPE'),
    );
    expect(await send('PUT', '/graphql', { query: '{ metrics }' })).toMatchObject(failed(405, 'METHOD_NOT_ALLOWED'));
    const mutation = new URLSearchParams({
      query: `mutation { cancelTask(input: {taskId: "${nowhere}"}) { changed } }`,
    });
    expect(await send('GET', `/graphql?${mutation.toString()}`)).toMatchObject(failed(405, 'INVALID_REQUEST'));
    broken = true;
    const fault = await post({ query: '{ namespaces { name } }' });
    expect(fault).toMatchObject({
      status: 200,
      body: { data: { namespaces: null }, errors: [{ extensions: { code: 'INTERNAL_ERROR' } }] },
    });
    expect(JSON.stringify(fault.body)).not.toContain('secret');
    expect(logged).toMatchObject([{ err: { message: 'secret' } }]);
  });
});

/** Every field of a type that needs no arguments, to a depth. */
function everything(type: GraphQLNamedType, depth: number, seen: Set<string>): string {
  if (!isObjectType(type)) return '';
  seen.add(type.name);
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const of = getNamedType(field.type);
    if (!isCompositeType(of)) return [field.name];
    // a plain part of something is no step further
    const further = /^(Task|WorkflowStep|Template)$/.test(of.name) ? depth - 1 : depth;
    const isEntity = further < depth;
    return further > 0 && !(isEntity && depth === 1) ? [`${field.name} ${everything(of, further, seen)}`] : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

interface OpenOptions {
  /** A step whose handler fails. */
  readonly fail?: string;
  readonly worker?: TaskerOptions['worker'];
}

async function open(
  kind: TestDatabaseKind,
  { fail, worker }: OpenOptions = {},
  options: Omit<ServerOptions, 'tasker'> = {},
) {
  const { db } = await kind.fresh();
  const { counted, statements } = counting(db);
  const tasker = await startTasker(counted, {
    templates: [diamond],
    ...(worker === undefined ? {} : { worker }),
    handlers: {
      do({ stepName }: { stepName: string }) {
        if (stepName === fail) throw new Error('no luck');
        return { did: stepName };
      },
    },
  });
  const server = await startServer(tasker, options);
  async function ask(query: string, variables?: object) {
    return (await server.send<GraphqlAnswer>('POST', '/graphql', { query, variables })).body;
  }
  return {
    ...server,
    tasker,
    statements,
    ask,
    async submit(input: object = {}): Promise<string> {
      const context = { a: 1, list: [{ b: null }] };
      const { data } = await ask(createTask, { input: { namespace: 'shapes', name: 'diamond', context, ...input } });
      return String(valueOf(data?.['createTask'], 'taskId'));
    },
  };
}
