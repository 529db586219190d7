import { type Fields, fieldsOf, textIn } from '../../shared/json-fields.ts';
import type { ServiceAnswer, ServiceRequest } from '../../shared/loopback-server.ts';
import { notFound, type Platform } from './platform.ts';

/** `POST /profiles`, `GET /profiles/{user}`. A user has one profile. */
export class BillingService {
  readonly #platform: Platform;
  readonly #emailOf: (userId: string) => string;
  readonly #profiles = new Map<string, object>();

  constructor(platform: Platform, emailOf: (userId: string) => string) {
    this.#platform = platform;
    this.#emailOf = emailOf;
  }

  readonly answer = (request: ServiceRequest): Promise<ServiceAnswer> => {
    const { faults } = this.#platform;
    if (request.method === 'POST') {
      return faults.perform('billing.create', request, () => this.#create(fieldsOf(request.body) ?? {}));
    }
    return faults.perform('billing.find', request, () => {
      const profile = this.#profiles.get(request.path.split('/')[2] ?? '');
      return profile === undefined ? notFound : { status: 200, body: profile };
    });
  };

  get profileCount(): number {
    return this.#profiles.size;
  }

  #create(fields: Fields): ServiceAnswer {
    const { troubles, ids, clock } = this.#platform;
    const userId = textIn(fields, 'user_id') ?? '';
    const trouble = troubles.answerOf('billing', this.#emailOf(userId));
    if (trouble !== undefined) return trouble;
    if (this.#profiles.has(userId)) return { status: 409, body: { error: 'This user has a profile.' } };
    if (textIn(fields, 'payment_method') === undefined) {
      return { status: 402, body: { error: 'A payment method is required.' } };
    }
    const { plan, price, features } = fields;
    const profile = {
      billing_id: `bill_${ids.hex(12)}`,
      user_id: userId,
      plan,
      price,
      currency: 'USD',
      billing_cycle: 'monthly',
      features,
      status: 'active',
      next_billing_date: new Date(clock.now() + 30 * dayMs).toISOString().slice(0, 10),
    };
    this.#profiles.set(userId, profile);
    return { status: 201, body: profile };
  }
}

const dayMs = 86_400_000;
