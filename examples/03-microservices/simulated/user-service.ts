import { type Fields, fieldsOf, textIn } from '../../shared/json-fields.ts';
import type { ServiceAnswer, ServiceRequest } from '../../shared/loopback-server.ts';
import { notFound, type Platform } from './platform.ts';

export interface Account {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly plan: string;
  readonly status: string;
  readonly created_at: string;
}

/** `POST /users`, `GET /users?email=…`, `PATCH /users/{id}`. An address belongs to one account. */
export class UserService {
  readonly #platform: Platform;
  readonly #accounts = new Map<string, Account>([[existing.user_id, existing]]);

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  readonly answer = (request: ServiceRequest): Promise<ServiceAnswer> => {
    const { faults } = this.#platform;
    const fields = fieldsOf(request.body) ?? {};
    if (request.method === 'POST') return faults.perform('users.create', request, () => this.#create(fields));
    if (request.method === 'PATCH') {
      return faults.perform('users.update', request, () => this.#update(request.path.split('/')[2] ?? '', fields));
    }
    return faults.perform('users.find', request, () => {
      const account = this.#withEmail(request.query.get('email') ?? '');
      return account === undefined ? notFound : { status: 200, body: account };
    });
  };

  get accounts(): readonly Account[] {
    return [...this.#accounts.values()].filter((account) => account !== existing);
  }

  emailOf(userId: string): string {
    return this.#accounts.get(userId)?.email ?? '';
  }

  #create(fields: Fields): ServiceAnswer {
    const { troubles, ids, clock } = this.#platform;
    const [email = '', name = '', plan = 'free'] = ['email', 'name', 'plan'].map((key) => textIn(fields, key));
    const trouble = troubles.answerOf('user', email);
    if (trouble !== undefined) return trouble;
    if (this.#withEmail(email) !== undefined) return { status: 409, body: { error: 'This address is taken.' } };
    const account = {
      user_id: `user_${ids.hex(12)}`,
      email,
      name,
      plan,
      status: 'pending',
      created_at: new Date(clock.now()).toISOString(),
    };
    this.#accounts.set(account.user_id, account);
    return { status: 201, body: account };
  }

  #update(userId: string, fields: Fields): ServiceAnswer {
    const account = this.#accounts.get(userId);
    if (account === undefined) return notFound;
    const updated = { ...account, status: textIn(fields, 'status') ?? account.status };
    this.#accounts.set(userId, updated);
    return { status: 200, body: updated };
  }

  #withEmail(email: string): Account | undefined {
    return [...this.#accounts.values()].find((account) => account.email === email);
  }
}

const existing: Account = {
  user_id: 'user_existing_001',
  email: 'existing@example.com',
  name: 'Existing User',
  plan: 'free',
  status: 'active',
  created_at: '2025-01-01T00:00:00.000Z',
};
