import type { Clock } from '@tasker/engine';
import type { FaultPlan } from '../../shared/fault-plan.ts';
import type { IdSource } from '../../shared/ids.ts';
import type { ServiceAnswer, ServiceRequest } from '../../shared/loopback-server.ts';
import { FailureCounter, readMagicValue } from '../../shared/magic-value.ts';

/** What the simulated services share. */
export interface Platform {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly faults: FaultPlan<PlatformMethods>;
  readonly troubles: Troubles;
}

/** Everything that can be made to fail. */
export type PlatformMethods = {
  readonly [Method in
    | 'users.create'
    | 'users.find'
    | 'users.update'
    | 'billing.create'
    | 'billing.find'
    | 'preferences.create'
    | 'preferences.find'
    | 'notifications.send']: { readonly request: ServiceRequest; readonly response: ServiceAnswer };
};

/**
 * Users whose address makes a service fail: `user503@…`, `billing503@…`, `prefs503@…`, `notify429@…`, `billing401@…`;
 * with `__failN` before the @ N times only.
 */
export class Troubles {
  readonly #failures = new FailureCounter();
  #areOver = false;

  /** From now on nobody's address makes anything fail. */
  end(): void {
    this.#areOver = true;
  }

  /** What the service answers instead of doing its work. */
  answerOf(service: string, email: string): ServiceAnswer | undefined {
    const { value, failures } = readMagicValue(email.split('@')[0] ?? '');
    if (this.#areOver || !value.startsWith(service)) return undefined;
    const status = Number(value.slice(service.length));
    if (!(status >= 400 && status < 600) || !this.#failures.shouldFail(email, failures)) return undefined;
    return {
      status,
      headers: status === 429 ? { 'retry-after': '30' } : {},
      body: { error: `${service} answers ${status} to this user` },
    };
  }
}

export const notFound: ServiceAnswer = { status: 404, body: { error: 'There is nothing here.' } };
