import type { OperationName } from '../../src/index.ts';
import type { Answer, Place, Surface } from './surface.ts';

interface Question {
  readonly document: string;
  /** What is answered, in the form that HTTP gives it. */
  readonly read: (data: unknown) => unknown;
}

/** Documents as somebody writes them who has only seen the schema: one operation, with what changes as variables. */
export function graphqlSurface({ url }: Place): Surface {
  return {
    hasDoor: true,
    async ask(operation, input) {
      const { document: query, read } = questions[operation];
      const named = Object.entries(input).map(
        ([name, value]: [string, unknown]) => [variableNames.get(name) ?? camelCase(name), value] as const,
      );
      const given = Object.fromEntries(named);
      // GraphQL passes over variables that a document does not declare, and a test over what it does not ask
      const unsaid = Object.keys(given).find((name) => !query.startsWith('mutation') && !query.includes(`$${name}:`));
      if (unsaid !== undefined) throw new Error(`the document for ${operation} does not take ${unsaid}`);
      const variables = query.startsWith('mutation') ? { input: given } : given;
      const response = await fetch(`${url}/tasker/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return answerOf(await response.json(), read);
    },
  };
}

interface GraphqlBody {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: never; readonly details: Record<string, unknown> };
  }[];
}

function answerOf(body: unknown, read: Question['read']): Answer {
  const { data, errors: [error] = [] } = body as GraphqlBody;
  if (error === undefined) return { ok: true, value: read(data) as Record<string, unknown> };
  const { message, extensions } = error;
  return { ok: false, code: extensions.code, message, details: extensions.details };
}

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Where GraphQL has other words than the wire. */
const variableNames: ReadonlyMap<string, string> = new Map([
  ['step', 'stepId'],
  ['limit', 'first'],
  ['cursor', 'after'],
  ['before', 'after'],
]);

/** What is asked for under the names that HTTP has for it. */
const aliased = (selection: string) =>
  selection.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) => `${name}: ${camelCase(name)}`);

function query(
  field: string,
  variables: Readonly<Record<string, string>>,
  selection: string,
  read = at(field),
): Question {
  const declared = Object.entries(variables).map(([name, type]) => `$${name}: ${type}`);
  const passed = Object.keys(variables).map((name) => `${name}: $${name}`);
  const list = (parts: readonly string[]) => (parts.length === 0 ? '' : `(${parts.join(', ')})`);
  return { document: `query ${list(declared)} { ${field}${list(passed)} ${aliased(selection)} }`, read };
}

/** A refusal is an error of the request, since the document does not ask for `errors`. */
function command(field: string, selection: string): Question {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
  const document = `mutation ($input: ${type}) { ${field}(input: $input) ${aliased(selection)} }`;
  return { document, read: at(field) };
}

function at(...path: readonly string[]): (data: unknown) => unknown {
  return (data) => path.reduce((value, key) => (value as Record<string, unknown>)[key], data);
}

const under = (name: string, read: (data: unknown) => unknown) => (data: unknown) => ({ [name]: read(data) });

const summary = `task_id namespace name version full_name revision status complete priority tags initiator source_system
  reason correlation_id parent_correlation_id idempotency_key requested_at created_at finished_at`;
const step = `{ workflow_step_id task_id name status attempts retry_limit results error { code message class } inputs actor
  reason depends_on parents_ids children_ids siblings_ids skippable }`;
const task = `{ ${summary} context bypass_steps execution_status completion_percentage total_steps
  workflow_steps ${step} edges { from to } task_annotations { name value }
  dependency_analysis { task_execution_summary { total_steps overall_health } } }`;
const reasons = '{ task_id explain { workflow_step_id step kind reason remedy until detail } }';
const event = '{ event_id kind event_type at step attempt actor reason result error { code } }';
const template = '{ namespace name version revision full_name latest versions step_count document graph { levels } }';
const side = '{ version revision }';
const ofTask = { taskId: 'ID!' };
const ofStep = { ...ofTask, stepId: 'ID!' };
const named = { namespace: 'String!', name: 'String!' };
const onTask = `{ task_id status changed cancelled task ${task} }`;
const onStep = `{ task_id task_status changed cancelled step ${step} }`;
const check = '{ status message }';

const questions: Readonly<Record<OperationName, Question>> = {
  'task.submit': command(
    'createTask',
    `{ task_id status namespace name version workflow_name correlation_id parent_correlation_id replayed task ${task} }`,
  ),
  'task.list': query(
    'tasks',
    {
      namespace: 'String',
      name: 'String',
      version: 'String',
      status: 'TaskStatus',
      tag: 'String',
      initiator: 'String',
      correlationId: 'String',
      parentCorrelationId: 'String',
      q: 'String',
      annotationType: 'String',
      annotationKey: 'String',
      annotationValue: 'JSON',
      sortBy: 'TaskSortColumn',
      sortOrder: 'SortOrder',
      first: 'Int',
      after: 'String',
    },
    `{ nodes { ${summary} } page_info { has_next_page end_cursor } }`,
    page('tasks'),
  ),
  'task.show': query('task', ofTask, task, under('task', at('task'))),
  'task.update': command('updateTask', onTask),
  'task.cancel': command('cancelTask', onTask),
  'task.retry': command('retryTask', onTask),
  'task.explain': query('task', ofTask, reasons, explanation('task')),
  'task.history': query('task', ofTask, `{ task_id history(first: 100) { nodes ${event} } }`, (data) => ({
    task_id: at('task', 'task_id')(data),
    events: at('task', 'history', 'nodes')(data),
  })),
  'task.graph': query(
    'taskGraph',
    ofTask,
    '{ task_id nodes { workflow_step_id name status level attempts error_message } edges { from to } format drawing }',
  ),
  'annotation.names': query('annotationTypes', {}, '{ name }', under('annotation_types', at('annotationTypes'))),
  'step.list': query('task', ofTask, `{ workflow_steps ${step} }`, under('steps', at('task', 'workflow_steps'))),
  'step.show': query('step', ofStep, step, under('step', at('step'))),
  'step.explain': query('step', ofStep, reasons, explanation('step')),
  'step.update': command('updateStep', onStep),
  'step.cancel': command('cancelStep', onStep),
  'step.retry': command('retryStep', onStep),
  'step.resolve': command('resolveStep', onStep),
  'step.skip': command('skipStep', onStep),
  'template.list': query(
    'templates',
    { namespace: 'String', name: 'String', version: 'String', first: 'Int', after: 'String' },
    `{ nodes ${template} page_info { has_next_page end_cursor } }`,
    page('templates'),
  ),
  'template.show': query(
    'template',
    { ...named, version: 'String', revision: 'Int' },
    template,
    under('template', at('template')),
  ),
  'template.register': command('registerTemplate', `{ created template ${template} }`),
  'template.diff': query(
    'templateDiff',
    { ...named, from: 'String!', fromRevision: 'Int', to: 'String', toRevision: 'Int' },
    `{ namespace name from ${side} to ${side} differences { path kind before after } breaking { path message } }`,
  ),
  'handler.namespaces': query(
    'handlerNamespaces',
    {},
    '{ namespaces { name handler_count } total_namespaces generated_at }',
  ),
  'handler.list': query(
    'handlers',
    { namespace: 'String!' },
    '{ namespace handlers { name namespace versions latest_version handler_count } total_handlers }',
  ),
  'handler.show': query(
    'handler',
    { ...named, version: 'String' },
    '{ handler { full_name available missing_handlers step_templates { name depends_on_steps } } generated_at }',
  ),
  'worker.list': query(
    'workers',
    { all: 'Boolean', first: 'Int', after: 'String' },
    '{ nodes { worker_id name state namespaces handlers info } }',
    under('workers', at('workers', 'nodes')),
  ),
  'namespace.list': query(
    'namespaces',
    {},
    '{ name description templates workers }',
    under('namespaces', at('namespaces')),
  ),
  'health.live': query('healthLive', {}, '{ alive timestamp service }'),
  'health.ready': query(
    'healthReady',
    {},
    `{ ready checks { database ${check} migrations ${check} listener ${check} lease ${check} } message }`,
  ),
  'health.status': query(
    'healthStatus',
    {},
    '{ healthy status problems metrics { tasks { total in_progress } } workers { alive } }',
  ),
};

/** A page as HTTP has it. */
function page(field: 'tasks' | 'templates') {
  return (data: unknown) => {
    const { has_next_page: hasNext, end_cursor: end } = at(field, 'page_info')(data) as Record<string, unknown>;
    return { [field]: at(field, 'nodes')(data), next_cursor: hasNext === true ? end : null };
  };
}

function explanation(field: 'task' | 'step') {
  return (data: unknown) => ({ task_id: at(field, 'task_id')(data), reasons: at(field, 'explain')(data) });
}
