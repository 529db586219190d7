// What lists.mjs asks for.
import { historyOf } from './history.mjs';

/** Every list, with every filter by itself and what is worst together: what is common to both, and found by neither. */
export function requestsOf() {
  const { rare, empty } = historyOf;
  const filters = {
    none: {},
    'a hundred': { limit: 100 },
    'a deep cursor': (one) => ({ cursor: one.id }),
    'a large offset': { offset: 1000, limit: 100 },
    namespace: { namespace: 'shop' },
    'namespace, deep': (one) => ({ namespace: 'ops', cursor: one.id }),
    'namespace of twenty templates': { namespace: 'ops' },
    'namespace, rare': { namespace: rare.namespace },
    'namespace, empty': { namespace: empty.namespace },
    'namespace, unknown': { namespace: 'nowhere' },
    name: { name: 'place_order' },
    'name, rare': { name: rare.name },
    'name, without tasks': { name: empty.name },
    'name, unknown': { name: 'nothing' },
    'version of many': { version: '1.0.0' },
    'version, rare': { version: rare.version },
    'version, unknown': { version: '9.9.9' },
    'namespace, name and version': { namespace: 'shop', name: 'place_order', version: '1.1.0' },
    ...Object.fromEntries(
      ['pending', 'in_progress', 'complete', 'error', 'cancelled', 'resolved_manually'].flatMap((status) => [
        [`status ${status}`, { status }],
        [`status ${status}, deep`, (one) => ({ status, cursor: one.id })],
        [`status ${status}, namespace`, { status, namespace: 'billing' }],
        [`status ${status}, namespace, rare`, { status, namespace: rare.namespace }],
        [`status ${status}, namespace, empty`, { status, namespace: empty.namespace }],
        [`status ${status}, tag`, { status, tag: 'web' }],
        [`status ${status}, tag, rare`, { status, tag: rare.tag }],
        [`status ${status}, tag, unknown`, { status, tag: 'nothing' }],
        [`status ${status}, initiator`, { status, initiator: 'nightly' }],
        [`status ${status}, initiator, rare`, { status, initiator: rare.initiator }],
        [`status ${status}, a day`, (one) => ({ status, ...day(one) })],
        [`status ${status}, correlation id of many`, { status, correlation_id: 'saga-7' }],
      ]),
    ),
    tag: { tag: 'web' },
    'tag, deep': (one) => ({ tag: 'batch', cursor: one.id }),
    'tag of one in a hundred': { tag: 'vip' },
    'tag, rare': { tag: rare.tag },
    'tag, unknown': { tag: 'nothing' },
    initiator: { initiator: 'nightly' },
    'initiator, deep': (one) => ({ initiator: 'nightly', cursor: one.id }),
    'initiator, one of many': () => ({ initiator: someUser() }),
    'initiator, rare': { initiator: rare.initiator },
    'initiator, unknown': { initiator: 'nobody' },
    'correlation id': (one) => ({ correlation_id: one.correlation ?? 'c-1' }),
    'correlation id of many': { correlation_id: 'saga-7' },
    'correlation id of many, deep': (one) => ({ correlation_id: 'saga-7', cursor: one.id }),
    'correlation id of many, namespace, rare': { correlation_id: 'saga-7', namespace: rare.namespace },
    'correlation id of many, tag, rare': { correlation_id: 'saga-7', tag: rare.tag },
    'correlation id, unknown': { correlation_id: 'none' },
    'parent correlation id': (one) => ({ parent_correlation_id: one.parent ?? 'p-5000' }),
    'parent correlation id of many': { parent_correlation_id: 'fleet' },
    'parent correlation id of many, deep': (one) => ({ parent_correlation_id: 'fleet', cursor: one.id }),
    'parent correlation id of many, tag': { parent_correlation_id: 'fleet', tag: 'web' },
    'parent correlation id of many, namespace': { parent_correlation_id: 'fleet', namespace: 'billing' },
    'parent correlation id of many, status error': { parent_correlation_id: 'fleet', status: 'error' },
    'parent correlation id, the same as their own': { parent_correlation_id: 'saga-7' },
    'parent correlation id, the same as their own, tag, rare': { parent_correlation_id: 'saga-7', tag: rare.tag },
    'parent and own correlation id': (one) => ({
      parent_correlation_id: 'fleet',
      correlation_id: one.correlation ?? 'c-1',
    }),
    'parent correlation id, unknown': { parent_correlation_id: 'none' },
    annotation: noted(),
    'annotation, deep': (one) => noted({ cursor: one.id }),
    'annotation, value': noted(score(7)),
    'annotation, value, deep': (one) => noted({ ...score(7), cursor: one.id }),
    'annotation, value of none': noted(score(77)),
    'annotation, unknown': { annotation_type: 'nothing' },
    'annotation, a day': (one) => noted(day(one)),
    'annotation, namespace': noted({ namespace: 'billing' }),
    'annotation, value, namespace': noted({ ...score(7), namespace: 'ops' }),
    'annotation, value, name': noted({ ...score(3), name: 'dunning' }),
    'annotation, value, tag': noted({ ...score(7), tag: 'web' }),
    'annotation, value, tag of one in a hundred': noted({ ...score(7), tag: 'vip' }),
    'annotation, value, initiator': noted({ ...score(7), initiator: 'nightly' }),
    'annotation, value, initiator, one of many': () => noted({ ...score(7), initiator: someUser() }),
    'annotation, namespace, rare': noted({ namespace: rare.namespace }),
    'annotation, tag, rare': noted({ tag: rare.tag }),
    'annotation, status complete': noted({ status: 'complete' }),
    'annotation, status error': noted({ status: 'error' }),
    'annotation, status pending': noted({ status: 'pending' }),
    'annotation, correlation id of many': noted({ correlation_id: 'saga-7' }),
    'annotation, tag and initiator, never together': noted({ tag: 'web', initiator: 'importer' }),
    'annotation, value, tag, initiator and namespace': noted({
      ...score(7),
      tag: 'web',
      initiator: 'nightly',
      namespace: 'shop',
    }),
    'annotation, rare': { annotation_type: 'heirloom' },
    'annotation, rare, tag of others': { annotation_type: 'heirloom', tag: 'web' },
    'a day': day,
    'from a day on': (one) => ({ created_after: day(one).created_after }),
    'up to a day': (one) => ({ created_before: day(one).created_before }),
    'before everything': { created_before: '2020-01-01T00:00:00Z' },
    'a day, namespace': (one) => ({ ...day(one), namespace: 'billing' }),
    'a day, namespace, rare': (one) => ({ ...day(one), namespace: rare.namespace }),
    'a day, tag': (one) => ({ ...day(one), tag: 'batch' }),
    'a day, tag, rare': (one) => ({ ...day(one), tag: rare.tag }),
    'a day, initiator': (one) => ({ ...day(one), initiator: 'nightly' }),
    'search for an id': (one) => ({ q: one.id }),
    'search for the beginning of an id': (one) => ({ q: one.id.slice(0, 13) }),
    'search for a correlation id': (one) => ({ q: one.correlation ?? 'c-1' }),
    'search for a name': { q: 'place' },
    'search for a tag': { q: 'web' },
    'search for an initiator': { q: 'nightly' },
    'search for nothing there is': { q: 'nothing' },
    'search for nothing there is, status error': { q: 'nothing', status: 'error' },
    'search for a name, status error': { q: 'place', status: 'error' },
    'search for a name, tag, rare': { q: 'place', tag: rare.tag },
    'search for a name, namespace of others': { q: 'place', namespace: 'billing' },
    'search, a day': (one) => ({ q: 'web', ...day(one) }),
    'tag and initiator': { tag: 'vip', initiator: 'nightly' },
    'tag and namespace': { tag: 'vip', namespace: 'ops' },
    'initiator and namespace': { initiator: 'nightly', namespace: 'ops' },
    'initiator and namespace, rare': { initiator: 'nightly', namespace: rare.namespace },
    'tag, rare, and initiator of others': { tag: rare.tag, initiator: 'nightly' },
    'tag and namespace, rare': { tag: 'web', namespace: rare.namespace },
    'tag and initiator, both of many, never together': { tag: 'web', initiator: 'importer' },
    'tag and initiator, the other way round': { tag: 'bulk', initiator: 'nightly' },
    'tag and namespace, both of many, never together': { tag: 'bulk', namespace: 'billing' },
    'initiator and namespace, both of many, never together': { initiator: 'importer', namespace: 'billing' },
    'tag, initiator and namespace, never together': { tag: 'bulk', initiator: 'importer', namespace: 'billing' },
    'tag, initiator and status, never together': { tag: 'web', initiator: 'importer', status: 'complete' },
    'namespace and name of different templates': { namespace: 'billing', name: 'place_order' },
    'everything at once': (one) => ({
      ...day(one),
      namespace: 'shop',
      name: 'place_order',
      version: '2.0.0',
      status: 'complete',
      tag: 'web',
      initiator: 'nightly',
    }),
  };
  const ofTasks = ([name, filter], more = {}) => ({
    name: `tasks: ${name}`,
    request: (one) => get('/tasks', { ...(typeof filter === 'function' ? filter(one) : filter), ...more }),
  });
  return [
    ...Object.entries(filters).map((entry) => ofTasks(entry)),
    ...Object.entries(filters).map(([name, filter]) =>
      ofTasks([`${name}, the oldest first`, filter], { sort_order: 'asc' }),
    ),
    { name: 'steps of a task', request: (one) => get(`/tasks/${one.id}/workflow_steps`) },
    { name: 'history of a task', request: (one) => get(`/tasks/${one.id}/events`) },
    { name: 'why of a task', request: (one) => get(`/tasks/${one.id}/explain`) },
    { name: 'graph of a task', request: (one) => get(`/tasks/${one.id}/graph`) },
    { name: 'names of annotations', request: () => get('/annotations') },
    { name: 'health: status', isCount: true, request: () => get('/health/status') },
    { name: 'health: ready', request: () => get('/health/ready') },
    { name: 'metrics', request: () => get('/metrics') },
    { name: 'metrics as JSON', request: () => get('/metrics', { format: 'json' }) },
    { name: 'handlers', request: () => get('/handlers/shop') },
    { name: 'namespaces of handlers', request: () => get('/handlers') },
    { name: 'templates', request: () => get('/templates') },
    { name: 'templates of a namespace', request: () => get('/templates', { namespace: 'shop' }) },
    { name: 'namespaces', request: () => get('/namespaces') },
    { name: 'workers', request: () => get('/workers') },
    { name: 'GraphQL: tasks', request: () => graphql('{ tasks { nodes { taskId status } } }') },
    {
      name: 'GraphQL: tasks with steps',
      request: () => graphql('{ tasks(first: 20) { nodes { taskId workflowSteps { name status } } } }'),
    },
    { name: 'GraphQL: tasks, status error', request: () => graphql('{ tasks(status: error) { nodes { taskId } } }') },
    {
      name: 'GraphQL: tasks, tag, unknown',
      request: () => graphql('{ tasks(tag: "nothing") { nodes { taskId } } }'),
    },
    {
      name: 'GraphQL: tasks with histories',
      request: () => graphql('{ tasks(first: 20) { nodes { taskId history { nodes { eventType at } } } } }'),
    },
    {
      name: 'GraphQL: tasks with templates and reasons',
      request: () => graphql('{ tasks(first: 20) { nodes { template { fullName } explain { kind } } } }'),
    },
    {
      name: 'GraphQL: tasks, the oldest first',
      request: () => graphql('{ tasks(sortOrder: asc) { nodes { taskId } } }'),
    },
    {
      name: 'GraphQL: tasks, parent correlation id of many',
      request: () => graphql('{ tasks(parentCorrelationId: "fleet") { nodes { taskId } } }'),
    },
    {
      name: 'GraphQL: history of a task',
      request: (one) => graphql(`{ task(taskId: "${one.id}") { history { nodes { eventType at } } } }`),
    },
    { name: 'GraphQL: templates', request: () => graphql('{ templates { nodes { fullName } } }') },
    {
      name: 'GraphQL: annotated tasks',
      request: () => graphql('{ tasksByAnnotation(annotationType: "review") { nodes { taskId } } }'),
    },
    {
      name: 'GraphQL: annotated tasks, by value of many',
      request: () => graphql(annotated('"review"', 'annotationKey: "score", annotationValue: 7')),
    },
    {
      name: 'GraphQL: annotated tasks, by value of none',
      request: () => graphql(annotated('"review"', 'annotationKey: "score", annotationValue: 77')),
    },
    {
      name: 'GraphQL: annotated tasks, by key of none',
      request: () => graphql(annotated('"review"', 'annotationKey: "nothing"')),
    },
    {
      name: 'GraphQL: annotated tasks, whole value',
      request: () => graphql(annotated('"heirloom"', 'annotationValue: { from: "grandmother" }')),
    },
    { name: 'GraphQL: annotated tasks, name unknown', request: () => graphql(annotated('"nothing"', '')) },
    { name: 'GraphQL: names of annotations', request: () => graphql('{ annotationTypes { name } }') },
    { name: 'start page', request: () => ({ path: '/' }) },
  ];
}

function get(where, query = {}) {
  return { path: `/tasker${where}?${new URLSearchParams(query)}` };
}

function graphql(query) {
  return { path: '/tasker/graphql', body: { query } };
}

function noted(more = {}) {
  return { annotation_type: 'review', ...more };
}

function score(value) {
  return { annotation_key: 'score', annotation_value: JSON.stringify(value) };
}

function someUser() {
  return `user-${Math.floor(Math.random() * 200)}`;
}

function annotated(type, more) {
  return `{ tasksByAnnotation(annotationType: ${type} ${more}) { nodes { taskId } } }`;
}

function day({ at }) {
  const ms = 86_400_000;
  return { created_after: new Date(at - ms / 2).toISOString(), created_before: new Date(+at + ms / 2).toISOString() };
}
