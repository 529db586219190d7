import type { IdSource } from '../../shared/ids.ts';
import { FailureCounter, readMagicValue } from '../../shared/magic-value.ts';
import type { Mail, Mailer, MailResponse } from '../services/mailer.ts';
import type { CheckoutFaults, Simulation } from './simulation.ts';

/**
 * A mailer that does as the part of the address before the @ says: `bounce`, `ratelimit`, `mailtimeout`; with `__failN`
 * behind it N times only. Mail to anybody else arrives here.
 */
export class SimulatedMailbox implements Mailer {
  readonly #faults: CheckoutFaults;
  readonly #ids: IdSource;
  readonly #now: () => Date;
  readonly #failures = new FailureCounter();
  readonly #sent = new Map<string, { readonly mail: Mail; readonly response: MailResponse }>();

  constructor({ faults, ids, clock }: Simulation) {
    this.#faults = faults;
    this.#ids = ids;
    this.#now = () => new Date(clock.now());
  }

  send(mail: Mail, signal: AbortSignal): Promise<MailResponse> {
    return this.#faults.perform('mailer.send', mail, () => this.#send(mail), signal);
  }

  get mails(): readonly Mail[] {
    return [...this.#sent.values()].map(({ mail }) => mail);
  }

  #send(mail: Mail): MailResponse {
    const before = this.#sent.get(mail.idempotency_key);
    if (before !== undefined) return before.response;
    const { value: localPart, failures } = readMagicValue(mail.to.split('@')[0] ?? '');
    const trouble = troubles[localPart];
    if (trouble !== undefined && this.#failures.shouldFail(mail.idempotency_key, failures)) return { status: trouble };
    const response = { status: 'sent', message_id: `msg_${this.#ids.hex(16)}`, sent_at: this.#now().toISOString() };
    this.#sent.set(mail.idempotency_key, { mail, response });
    return response;
  }
}

const troubles: Readonly<Record<string, string>> = {
  bounce: 'invalid_email',
  ratelimit: 'rate_limited',
  mailtimeout: 'timeout',
};
