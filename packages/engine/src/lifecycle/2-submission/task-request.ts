import { readTraceparent } from '@tasker/contract';
import { InvalidRequest } from '../../errors.ts';
import { storableText } from '../../json/serialise.ts';

/** What may be said about a task when it is submitted. */
export interface TaskRequest {
  /** Default `default`. */
  readonly namespace?: string | undefined;
  readonly name: string;
  /** A version, or `latest` (the default): the highest by semver, resolved now and stored. */
  readonly version?: string | undefined;
  /** A JSON object. */
  readonly context: unknown;
  /** −100 to 100, higher goes first; default 0. */
  readonly priority?: number | undefined;
  /** Follows the task through every step and into other systems; default: an id of its own. */
  readonly correlationId?: string | undefined;
  readonly parentCorrelationId?: string | undefined;
  /** The trace that the task belongs to, in the form of the W3C: `00-…-…-01`. Steps hand it on. */
  readonly traceparent?: string | undefined;
  /** A second submission with the same key returns the first task. */
  readonly idempotencyKey?: string | undefined;
  readonly initiator?: string | undefined;
  readonly sourceSystem?: string | undefined;
  readonly reason?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Names of skippable steps to pass over. */
  readonly bypassSteps?: readonly string[] | undefined;
}

const known: ReadonlySet<string> = new Set<keyof TaskRequest>([
  'namespace',
  'name',
  'version',
  'context',
  'priority',
  'correlationId',
  'parentCorrelationId',
  'traceparent',
  'idempotencyKey',
  'initiator',
  'sourceSystem',
  'reason',
  'tags',
  'bypassSteps',
]);

/** Checks the form of a request; what the template has to say about it comes later. */
export function checkTaskRequest(request: TaskRequest): void {
  for (const field of Object.keys(request)) {
    if (!known.has(field)) throw new InvalidRequest(field, `is not known here; known are ${[...known].join(', ')}`);
  }
  checkText('namespace', request.namespace, 64, 1);
  checkText('name', request.name ?? '', 64, 1);
  checkText('version', request.version, 64, 1);
  checkPriority(request.priority);
  checkText('initiator', request.initiator, 128);
  checkText('source_system', request.sourceSystem, 128);
  checkText('reason', request.reason, 128);
  checkText('idempotency_key', request.idempotencyKey, 255, 1);
  checkCorrelationId('correlation_id', request.correlationId);
  checkCorrelationId('parent_correlation_id', request.parentCorrelationId);
  checkTraceparent(request.traceparent);
  checkTexts('tags', request.tags, 128);
  checkTexts('bypass_steps', request.bypassSteps, 64);
}

function checkPriority(priority: number | undefined): void {
  if (priority === undefined) return;
  if (Number.isInteger(priority) && priority >= -100 && priority <= 100) return;
  throw new InvalidRequest('priority', `must be a whole number from -100 to 100, not ${priority}`);
}

function checkTexts(field: string, texts: readonly string[] | undefined, longest: number): void {
  if (texts === undefined) return;
  const given: unknown = texts;
  if (!Array.isArray(given)) throw new InvalidRequest(field, 'must be a list of strings');
  for (const text of texts) checkText(field, text, longest, 1);
}

function checkText(field: string, text: string | undefined, longest: number, shortest = 0): void {
  if (text === undefined) return;
  if (typeof text !== 'string') throw new InvalidRequest(field, 'must be a string');
  if (text.length < shortest) throw new InvalidRequest(field, 'must not be blank');
  if (text.length > longest)
    throw new InvalidRequest(field, `must have at most ${longest} characters, not ${text.length}`);
  if (storableText(text) !== text) throw new InvalidRequest(field, 'has a character that PostgreSQL cannot store');
}

function checkCorrelationId(field: string, id: string | undefined): void {
  checkText(field, id, 100, 1);
  if (id === undefined || /^[A-Za-z0-9][A-Za-z0-9_.:-]*$/.test(id)) return;
  throw new InvalidRequest(field, 'must begin with a letter or digit and hold only letters, digits and _ . : -');
}

function checkTraceparent(text: string | undefined): void {
  if (text === undefined || (typeof text === 'string' && readTraceparent(text) === text)) return;
  throw new InvalidRequest('traceparent', 'must look like 00-TRACE-PARENT-01, with 32 and 16 hexadecimal digits');
}
