import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '@tasker/contract';
import canonicalize from 'canonicalize';
import { InvalidRequest } from '../../errors.ts';
import type { Plan } from '../../graph/plan.ts';

/** What makes a task the only one of its kind: two SHA-256 digests in hex. */
export interface Identity {
  /** Two tasks with the same key cannot both exist. */
  readonly key: string;
  /** Of the content of the request: equal for a replay, different when a key is used for something else. */
  readonly fingerprint: string;
}

export interface IdentifyingContext {
  /** With the defaults of the schema filled in. */
  readonly value: () => JsonObject;
  readonly asGiven: () => JsonObject;
}

/**
 * The identity of a task, or null when it may be submitted any number of times. An idempotency key always counts;
 * without one the template's strategy decides: `strict` takes the context itself, `caller_provided` insists on a key.
 *
 * A key counts for all versions of a template, and with the context as it was given: a request for the latest version
 * that is sent again, because its answer got lost, may meet a newer one.
 */
export function identityOf(
  plan: Plan,
  context: IdentifyingContext,
  idempotencyKey: string | undefined,
): Identity | null {
  const { namespace, name, version } = plan;
  if (idempotencyKey !== undefined) {
    return {
      key: digest(['idempotency_key', namespace, name, idempotencyKey]),
      fingerprint: digest([namespace, name, context.asGiven()]),
    };
  }
  switch (plan.identity) {
    case 'always_unique':
      return null;
    case 'strict': {
      const key = digest(['context', namespace, name, version, context.value()]);
      return { key, fingerprint: key };
    }
    case 'caller_provided':
      throw new InvalidRequest(
        'idempotency_key',
        `is required: ${namespace}/${name}@${version} has the identity strategy caller_provided`,
      );
  }
}

/** SHA-256 over canonical JSON (RFC 8785), so that the order of keys does not matter. */
function digest(value: Json): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
}
