import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '@tasker/contract';
import canonicalize from 'canonicalize';
import { InvalidRequest } from '../../errors.ts';
import type { Plan } from '../../graph/plan.ts';

/** What makes a task the only one of its kind: two SHA-256 digests in hex. */
export interface Identity {
  /** Two tasks of one template with the same key cannot both exist. */
  readonly key: string;
  /** Of the whole request: equal for a replay, different when a key is used for something else. */
  readonly fingerprint: string;
}

/**
 * The identity of a task, or null when it may be submitted any number of times. An idempotency key always counts;
 * without one the template's strategy decides: `strict` takes the context itself, `caller_provided` insists on a key.
 */
export function identityOf(plan: Plan, context: () => JsonObject, idempotencyKey: string | undefined): Identity | null {
  const subject = [plan.namespace, plan.name, plan.version];
  const fingerprint = () => digest([...subject, context()]);
  if (idempotencyKey !== undefined) {
    return { key: digest([...subject, 'idempotency_key', idempotencyKey]), fingerprint: fingerprint() };
  }
  switch (plan.identity) {
    case 'always_unique':
      return null;
    case 'strict':
      return { key: digest([...subject, 'context', context()]), fingerprint: fingerprint() };
    case 'caller_provided':
      throw new InvalidRequest(
        'idempotency_key',
        `is required: ${subject[0]}/${subject[1]}@${subject[2]} has the identity strategy caller_provided`,
      );
  }
}

/** SHA-256 over canonical JSON (RFC 8785), so that the order of keys does not matter. */
function digest(value: Json): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
}
