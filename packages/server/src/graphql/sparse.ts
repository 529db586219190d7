import type { StreamMessage } from '../operations/follow-events.ts';

/**
 * The same messages without those that only say how far a stream has come: but the first of them, and one where nothing
 * else was said for so long, milliseconds.
 */
export async function* sparse(messages: AsyncIterable<StreamMessage>, quietMs: number): AsyncGenerator<StreamMessage> {
  let saidAt: number | undefined;
  for await (const message of messages) {
    const isNews = message.event !== undefined || message.isReset === true;
    if (!isNews && saidAt !== undefined && performance.now() - saidAt < quietMs) continue;
    saidAt = performance.now();
    yield message;
  }
}
