import type { IdSource } from '../../shared/ids.ts';
import { FailureCounter, readMagicValue } from '../../shared/magic-value.ts';
import { PortTimeout } from '../../shared/port-call.ts';
import type { ChargeRequest, ChargeResponse, PaymentGateway } from '../services/payments.ts';
import type { CheckoutFaults, Simulation } from './simulation.ts';

/**
 * A gateway that does as the token says: `tok_test_declined`, `tok_test_insufficient_funds`, `tok_test_network_error`,
 * or one that begins with `test_insufficient_`, `test_invalid_`, `test_timeout_`, `test_rate_limit_`, `test_temp_fail_`;
 * with `__failN` behind it N times only. Any other token pays.
 */
export class SimulatedGateway implements PaymentGateway {
  readonly #faults: CheckoutFaults;
  readonly #ids: IdSource;
  readonly #now: () => Date;
  readonly #failures = new FailureCounter();
  readonly #charges = new Map<string, ChargeResponse>();

  constructor({ faults, ids, clock }: Simulation) {
    this.#faults = faults;
    this.#ids = ids;
    this.#now = () => new Date(clock.now());
  }

  charge(request: ChargeRequest, signal: AbortSignal): Promise<ChargeResponse> {
    return this.#faults.perform('payments.charge', request, () => this.#charge(request), signal);
  }

  /** Charges that were made, not attempts at them. */
  get chargeCount(): number {
    return this.#charges.size;
  }

  #charge(request: ChargeRequest): ChargeResponse {
    const before = this.#charges.get(request.idempotency_key);
    if (before !== undefined) return before;
    const { value: token, failures } = readMagicValue(request.token);
    const trouble = troubleWith(token);
    if (trouble !== undefined && this.#failures.shouldFail(request.idempotency_key, failures)) {
      if (trouble === 'no answer') throw new PortTimeout('the gateway did not answer');
      return { status: trouble };
    }
    const response: ChargeResponse = {
      status: 'completed',
      payment_id: `pay_${this.#ids.hex(24)}`,
      transaction_id: `txn_${this.#ids.hex(24)}`,
      amount_cents: request.amount_cents,
      currency: request.currency,
      card_brand: ['visa', 'mastercard', 'amex'].find((brand) => token.includes(brand)) ?? 'unknown',
      processed_at: this.#now().toISOString(),
    };
    this.#charges.set(request.idempotency_key, response);
    return response;
  }
}

function troubleWith(token: string): string | undefined {
  return troubles.find(({ prefix }) => token.startsWith(prefix))?.status;
}

const troubles = [
  { prefix: 'tok_test_declined', status: 'card_declined' },
  { prefix: 'tok_test_insufficient_funds', status: 'insufficient_funds' },
  { prefix: 'tok_test_network_error', status: 'no answer' },
  { prefix: 'test_insufficient_', status: 'insufficient_funds' },
  { prefix: 'test_invalid_', status: 'invalid_card' },
  { prefix: 'test_timeout_', status: 'timeout' },
  { prefix: 'test_rate_limit_', status: 'rate_limited' },
  { prefix: 'test_temp_fail_', status: 'service_unavailable' },
];
