import type { IdSource } from '../../../shared/ids.ts';
import { fieldsOf, integerIn, textIn } from '../../../shared/json-fields.ts';
import type { ServiceAnswer, ServiceRequest } from '../../../shared/loopback-server.ts';
import { type FailureCounter, readMagicValue } from '../../../shared/magic-value.ts';

export type GatewayMethods = {
  readonly [Method in 'gateway.find' | 'gateway.refund']: {
    readonly request: ServiceRequest;
    readonly response: ServiceAnswer;
  };
};

/**
 * `GET /payments/{id}`, `POST /refunds`. Gives back once per `Idempotency-Key`, and never more than was paid. Payments
 * whose id begins with `pay_test_insufficient`, `pay_test_processing`, `pay_test_ineligible`, `pay_test_gateway_timeout`,
 * `pay_test_gateway_error` or `pay_test_rate_limit` misbehave; with `__failN` at its end N times only.
 */
export class SimulatedRefundGateway {
  readonly #ids: IdSource;
  readonly #failures: FailureCounter;
  readonly #answered = new Map<string, ServiceAnswer>();
  /** Cents, by payment. */
  readonly #refunded = new Map<string, number>();

  constructor(ids: IdSource, failures: FailureCounter) {
    this.#ids = ids;
    this.#failures = failures;
  }

  answer(request: ServiceRequest): ServiceAnswer {
    return request.method === 'POST' ? this.#refund(request) : this.#find(request.path.split('/')[2] ?? '');
  }

  /** Cents. */
  refundedOf(paymentId: string): number {
    return this.#refunded.get(paymentId) ?? 0;
  }

  #find(paymentId: string): ServiceAnswer {
    const trouble = this.#troubleOf(paymentId, findTroubles);
    const status = typeof trouble?.body === 'string' ? trouble.body : 'completed';
    return { status: 200, body: { status, payment_method: 'credit_card', provider: 'MockPaymentGateway' } };
  }

  #refund({ headers, body }: ServiceRequest): ServiceAnswer {
    const key = String(headers['idempotency-key']);
    const before = this.#answered.get(key);
    if (before !== undefined) return before;
    const fields = fieldsOf(body);
    const paymentId = textIn(fields, 'payment_id') ?? '';
    const [amount = 0, originalAmount = 0] = ['amount', 'original_amount'].map((name) => integerIn(fields, name));
    const trouble = this.#troubleOf(paymentId, refundTroubles);
    if (trouble !== undefined) return trouble;
    if (this.refundedOf(paymentId) + amount > originalAmount) {
      return { status: 409, body: { code: 'already_refunded' } };
    }
    this.#refunded.set(paymentId, this.refundedOf(paymentId) + amount);
    const refund = { refund_id: `rfnd_${this.#ids.hex(16)}`, gateway_transaction_id: `gtx_${this.#ids.hex(16)}` };
    const answer = { status: 201, body: refund };
    this.#answered.set(key, answer);
    return answer;
  }

  #troubleOf(paymentId: string, troubles: Readonly<Record<string, ServiceAnswer>>): ServiceAnswer | undefined {
    const { value, failures } = readMagicValue(paymentId);
    const found = Object.entries(troubles).find(([prefix]) => value.startsWith(prefix));
    return found !== undefined && this.#failures.shouldFail(paymentId, failures) ? found[1] : undefined;
  }
}

const findTroubles: Readonly<Record<string, ServiceAnswer>> = {
  pay_test_insufficient: { status: 200, body: 'insufficient_funds' },
  pay_test_processing: { status: 200, body: 'processing' },
  pay_test_ineligible: { status: 200, body: 'ineligible' },
};

const refundTroubles: Readonly<Record<string, ServiceAnswer>> = {
  pay_test_gateway_timeout: { status: 504 },
  pay_test_gateway_error: { status: 422, body: { code: 'invalid_payment' } },
  pay_test_rate_limit: { status: 429, headers: { 'retry-after': '60' } },
};
