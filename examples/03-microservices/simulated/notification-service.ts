import { type Fields, fieldsOf, listOf, textIn } from '../../shared/json-fields.ts';
import type { ServiceAnswer, ServiceRequest } from '../../shared/loopback-server.ts';
import type { Platform } from './platform.ts';

/** `POST /sequences`: messages over several channels, once per `Idempotency-Key`. Ten a minute for a user, no more. */
export class NotificationService {
  readonly #platform: Platform;
  readonly #answered = new Map<string, ServiceAnswer>();
  /** When messages were sent, by user. */
  readonly #sentAt = new Map<string, number[]>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  readonly answer = (request: ServiceRequest): Promise<ServiceAnswer> =>
    this.#platform.faults.perform('notifications.send', request, () => this.#send(request));

  #send({ headers, body }: ServiceRequest): ServiceAnswer {
    const key = String(headers['idempotency-key'] ?? '');
    const before = this.#answered.get(key);
    if (before !== undefined) return before;
    const fields = fieldsOf(body) ?? {};
    const trouble = this.#platform.troubles.answerOf('notify', textIn(fields, 'recipient') ?? '');
    if (trouble !== undefined) return trouble;
    const channels = (listOf(fields['channels']) ?? []).map(String);
    if (!this.#hasRoom(textIn(fields, 'user_id') ?? '', channels.length)) {
      return { status: 429, headers: { 'retry-after': '60' }, body: { error: 'Too many messages to this user.' } };
    }
    const answer = { status: 201, body: this.#sequence(fields, channels) };
    if (key !== '') this.#answered.set(key, answer);
    return answer;
  }

  #hasRoom(userId: string, messages: number): boolean {
    const now = this.#platform.clock.now();
    const recent = (this.#sentAt.get(userId) ?? []).filter((sentAt) => sentAt > now - minuteMs);
    if (recent.length + messages > messagesPerMinute) return false;
    this.#sentAt.set(userId, [...recent, ...Array<number>(messages).fill(now)]);
    return true;
  }

  #sequence(fields: Fields, channels: readonly string[]) {
    const { ids } = this.#platform;
    return {
      welcome_sequence_id: `seq_${ids.hex(12)}`,
      messages: channels.map((channel) => ({
        channel,
        message_id: `msg_${ids.hex(12)}`,
        subject: textIn(fields, 'subject') ?? '',
        status: 'sent',
      })),
      scheduled: fields['follow_ups'],
    };
  }
}

const messagesPerMinute = 10;
const minuteMs = 60_000;
