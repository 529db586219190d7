import { onTestFinished } from 'vitest';

export interface Message {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Stream {
  readonly status: number;
  /** Messages with data that have come so far. */
  readonly messages: readonly Message[];
  /** The id that a client would resume from. */
  readonly lastId: () => string;
  /** Resolves when a message has come for which this holds. */
  until(isIt: (message: Message) => boolean): Promise<Message>;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

/** A client of the live stream, ended with the test. */
export async function openStream(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Stream> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(url, { headers, signal: leaving.signal });
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  let lastId = '';

  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(block);
      for (const look of waiting) look();
    }
  }

  function take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]));
    lastId = fields.get('id') ?? lastId;
    const data = fields.get('data');
    if (data === undefined) return;
    messages.push({ id: lastId, event: fields.get('event') ?? 'message', data: JSON.parse(data) as Message['data'] });
  }

  return {
    status: response.status,
    messages,
    lastId: () => lastId,
    until: (isIt) =>
      new Promise((resolve) => {
        const look = () => {
          const found = messages.find(isIt);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ended: read().catch(() => undefined),
    close: () => leaving.abort(),
  };
}
