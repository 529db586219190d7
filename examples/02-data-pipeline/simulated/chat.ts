import type { FaultPlan } from '../../shared/fault-plan.ts';
import type { IdSource } from '../../shared/ids.ts';
import { FailureCounter, readMagicValue } from '../../shared/magic-value.ts';
import {
  ChannelGone,
  type ChannelNotification,
  type NotificationResponse,
  type Notifier,
  RateLimited,
} from '../services/publication.ts';
import type { PipelineMethods } from './methods.ts';

/** A chat that does as the channel says: `#rate-limited`, with `__failN` behind it N times only, and `#gone`. */
export class SimulatedChat implements Notifier {
  readonly #faults: FaultPlan<PipelineMethods>;
  readonly #ids: IdSource;
  readonly #failures = new FailureCounter();
  readonly #sent = new Map<string, { readonly channel: string; readonly response: NotificationResponse }>();

  constructor(faults: FaultPlan<PipelineMethods>, ids: IdSource) {
    this.#faults = faults;
    this.#ids = ids;
  }

  send(notification: ChannelNotification, signal: AbortSignal): Promise<NotificationResponse> {
    return this.#faults.perform('notifier.send', notification, () => this.#send(notification), signal);
  }

  /** Channels that were told, in order. */
  get told(): readonly string[] {
    return [...this.#sent.values()].map(({ channel }) => channel);
  }

  #send({ idempotency_key, channel }: ChannelNotification): NotificationResponse {
    const before = this.#sent.get(idempotency_key);
    if (before !== undefined) return before.response;
    const { value, failures } = readMagicValue(channel);
    if (value === '#gone') throw new ChannelGone(`there is no channel ${channel}`);
    if (value === '#rate-limited' && this.#failures.shouldFail(idempotency_key, failures)) {
      throw new RateLimited('too many messages');
    }
    const response = { message_id: `msg_${this.#ids.hex(12)}` };
    this.#sent.set(idempotency_key, { channel, response });
    return response;
  }
}
