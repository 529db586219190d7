import { type Client, createClient } from '@tasker/client';
import { type DefinedHandler, defineHandler, type StepContext } from '@tasker/engine/define';
import { awaitDelegated } from './await-delegated.ts';
import type { Delegated, DelegationOptions } from './delegation-options.ts';
import { failureOf, invalidAnswer, rejection, taskOfConflict } from './judge-answer.ts';

/**
 * A handler that has a task carried out by another Tasker. However often it is tried, the other creates one task: the
 * step's id is the idempotency key. Both tasks have the same correlation id.
 *
 * @param name what steps refer to the handler by
 *
 * @example
 * export const executeRefund = defineDelegation('customer_success.execute_refund', {
 *   url: 'https://payments.example.com',
 *   token: () => readToken(),
 *   namespace: 'payments',
 *   name: 'process_refund',
 *   version: '2.1.0',
 *   context: (context) => ({ payment_id: context.getDependencyField('validate', 'payment_id') }),
 * });
 */
export function defineDelegation(name: string, options: DelegationOptions): DefinedHandler<Promise<Delegated>> {
  checkOptions(name, options);
  return defineHandler(name, {}, ({ context }: { readonly context: StepContext }) => delegate(options, context));
}

function checkOptions(name: string, { url, client, token }: DelegationOptions): void {
  if ((url === undefined) === (client === undefined)) {
    throw new TypeError(`The delegation ${name} needs \`url\` or \`client\`, and not both.`);
  }
  if (client !== undefined && token !== undefined) {
    throw new TypeError(`The delegation ${name} has a \`client\`, which has a token of its own: leave \`token\` out.`);
  }
  // found out now and not in the first attempt
  if (typeof url === 'string') createClient({ url });
}

async function delegate(options: DelegationOptions, context: StepContext): Promise<Delegated> {
  const { namespace = 'default', name, version, wait = false } = options;
  const client = clientOf(options, context);
  const created = await create(client, options, context);
  const ended = wait ? await awaitDelegated(client, created.taskId, { namespace, name }, context.signal) : undefined;
  return {
    task_delegated: true,
    target_namespace: namespace,
    target_workflow: name,
    target_version: created.version ?? version ?? null,
    delegated_task_id: created.taskId,
    delegated_task_status: ended?.status ?? created.status,
    delegation_timestamp: new Date().toISOString(),
    correlation_id: context.correlationId,
    ...(ended === undefined ? {} : { delegated_task_results: ended.results }),
  };
}

/** One attempt of the step is one request; the engine decides about the next. */
function clientOf({ client, url, token }: DelegationOptions, context: StepContext): Client {
  if (client !== undefined) return client;
  return createClient({ url: typeof url === 'function' ? url(context) : (url ?? ''), token, retries: 0 });
}

interface Created {
  readonly taskId: string;
  readonly status: string;
  readonly version?: string | undefined;
}

async function create(client: Client, options: DelegationOptions, context: StepContext): Promise<Created> {
  const { name } = options;
  const submission = await submissionOf(options, context);
  let answer: unknown;
  try {
    const call = { signal: context.signal, headers: tracedHeaders(context) };
    answer = await client.call('task.submit', submission, call);
  } catch (error) {
    // The answer to an earlier attempt got lost, and the context was another then: the task is there.
    const taskId = taskOfConflict(error);
    if (taskId === undefined) throw failureOf(error, `${submission.namespace}/${name} was not submitted`, submission);
    return { taskId, status: 'pending' };
  }
  return readCreated(answer, submission);
}

/** What lets logs and traces of both sides be joined. */
function tracedHeaders({ correlationId, traceparent }: StepContext): Record<string, string> {
  return { 'x-correlation-id': correlationId, traceparent };
}

/** An answer is looked at with care: somebody else's server may give it. */
function readCreated(answer: unknown, template: { readonly namespace: string; readonly name: string }): Created {
  const read = (key: string) => {
    const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, key) : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const status = read('status');
  if (status === 'failed' || status === 'rejected') {
    throw rejection(template, read('error_message') ?? read('rejection_reason') ?? status);
  }
  const taskId = read('task_id') ?? read('task_uuid');
  if (taskId === undefined) throw invalidAnswer(template);
  return { taskId, status: status ?? 'pending', version: read('version') };
}

async function submissionOf(options: DelegationOptions, context: StepContext) {
  const { namespace = 'default', name, version, initiator, sourceSystem, reason, priority, tags } = options;
  return {
    namespace,
    name,
    version,
    context: await options.context(context),
    idempotency_key: context.idempotencyKey,
    correlation_id: context.correlationId,
    parent_correlation_id: context.correlationId,
    initiator,
    source_system: sourceSystem,
    reason: typeof reason === 'function' ? reason(context) : reason,
    priority,
    tags: tags === undefined ? undefined : [...tags],
  };
}
