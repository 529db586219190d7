import { type Fields, fieldsOf, textIn } from '../../shared/json-fields.ts';
import type { ServiceAnswer, ServiceRequest } from '../../shared/loopback-server.ts';
import { notFound, type Platform } from './platform.ts';

/** `POST /preferences`, `GET /preferences/{user}`. A user has one set of them. */
export class PreferenceService {
  readonly #platform: Platform;
  readonly #emailOf: (userId: string) => string;
  readonly #stored = new Map<string, object>();

  constructor(platform: Platform, emailOf: (userId: string) => string) {
    this.#platform = platform;
    this.#emailOf = emailOf;
  }

  readonly answer = (request: ServiceRequest): Promise<ServiceAnswer> => {
    const { faults } = this.#platform;
    if (request.method === 'POST') {
      return faults.perform('preferences.create', request, () => this.#create(fieldsOf(request.body) ?? {}));
    }
    return faults.perform('preferences.find', request, () => {
      const stored = this.#stored.get(request.path.split('/')[2] ?? '');
      return stored === undefined ? notFound : { status: 200, body: stored };
    });
  };

  #create(fields: Fields): ServiceAnswer {
    const { troubles, ids } = this.#platform;
    const userId = textIn(fields, 'user_id') ?? '';
    const trouble = troubles.answerOf('prefs', this.#emailOf(userId));
    if (trouble !== undefined) return trouble;
    if (this.#stored.has(userId)) return { status: 409, body: { error: 'This user has preferences.' } };
    const { preferences } = fields;
    const stored = { preferences_id: `pref_${ids.hex(12)}`, user_id: userId, preferences, status: 'active' };
    this.#stored.set(userId, stored);
    return { status: 201, body: stored };
  }
}
