import { randomInt } from 'node:crypto';
import pg from 'pg';

export interface NotificationsOptions {
  /** Makes the connection that listens; undefined where listening is not possible. */
  readonly connect: () => Promise<pg.Client | undefined>;
  readonly onWarning: (message: string) => void;
}

type OnMessage = (payload: string) => void;

const firstDelayMs = 100;
const longestDelayMs = 30_000;
const pingIntervalMs = 30_000;
const pingTimeoutMs = 10_000;

/**
 * LISTEN on a connection of its own, made when somebody first listens.
 *
 * A broken connection is made again, with growing delays; then every channel is listened to again and every
 * listener hears an empty message, because others may have been missed. A ping finds the connection whose other end
 * is gone without a word (TCP alone takes some ten minutes to notice). Callers never wait for any of this, nor see
 * its errors: a notification only saves them a poll.
 */
export class Notifications {
  readonly #options: NotificationsOptions;
  readonly #listeners = new Map<string, Set<OnMessage>>();
  #client: pg.Client | undefined;
  #connecting: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;
  #failures = 0;
  #impossible = false;
  #closed = false;

  constructor(options: NotificationsOptions) {
    this.#options = options;
  }

  async listen(channel: string, onMessage: OnMessage): Promise<() => Promise<void>> {
    const others = this.#listeners.get(channel);
    if (others) others.add(onMessage);
    else this.#listeners.set(channel, new Set([onMessage]));
    if (this.#client && !others) await this.#tell(this.#client, `listen ${pg.escapeIdentifier(channel)}`);
    else if (!this.#client && !this.#retry) await this.#connect();
    return () => this.#unlisten(channel, onMessage);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#connecting;
    await this.#disconnect();
  }

  async #unlisten(channel: string, onMessage: OnMessage): Promise<void> {
    const listeners = this.#listeners.get(channel);
    if (!listeners?.delete(onMessage) || listeners.size > 0) return;
    this.#listeners.delete(channel);
    if (this.#listeners.size === 0) await this.#disconnect();
    else if (this.#client) await this.#tell(this.#client, `unlisten ${pg.escapeIdentifier(channel)}`);
  }

  #connect(): Promise<void> {
    this.#connecting ??= this.#tryToConnect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #tryToConnect(): Promise<void> {
    if (this.#closed || this.#impossible || this.#listeners.size === 0) return;
    let client: pg.Client | undefined;
    try {
      client = await this.#options.connect();
      if (client === undefined) {
        this.#giveUp();
        return;
      }
      const connected = client;
      connected.on('error', () => undefined);
      connected.on('notification', ({ channel, payload }) => this.#dispatch(channel, payload ?? ''));
      // The set may grow while we wait for the server; a Map is iterated up to its end as it is then.
      for (const channel of this.#listeners.keys()) await connected.query(`listen ${pg.escapeIdentifier(channel)}`);
      connected.once('end', () => this.#lost(connected));
      this.#settle(connected);
    } catch (error) {
      // Ending a connection that never came to be may itself fail; what matters is the first failure.
      await client?.end().catch(() => undefined);
      this.#retryLater(error);
    }
  }

  #settle(client: pg.Client): void {
    const interrupted = this.#failures > 0;
    this.#client = client;
    this.#failures = 0;
    this.#ping = setInterval(() => void this.#tell(client, 'select 1'), pingIntervalMs);
    this.#ping.unref();
    if (interrupted) for (const channel of this.#listeners.keys()) this.#dispatch(channel, '');
  }

  #giveUp(): void {
    this.#impossible = true;
    this.#options.onWarning(
      'a connection pooler hides the server: notifications are off, waiting falls back to polling',
    );
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearInterval(this.#ping);
    if (!this.#closed) this.#retryLater(new Error('the connection broke'));
  }

  #retryLater(error: unknown): void {
    if (this.#closed) return;
    if (this.#failures === 0) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onWarning(`notifications are interrupted, polling until they are back: ${reason}`);
    }
    const delayMs = Math.min(firstDelayMs * 2 ** this.#failures, longestDelayMs);
    this.#failures += 1;
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        this.#reconnect();
      },
      delayMs / 2 + randomInt(Math.ceil(delayMs / 2)),
    );
    this.#retry.unref();
  }

  #reconnect(): void {
    // Never rejects: what fails is tried again later.
    this.#connect().catch(() => undefined);
  }

  /** A statement that fails means a connection that is of no use: it is closed, and `end` makes the next one. */
  async #tell(client: pg.Client, text: string): Promise<void> {
    const config: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: pingTimeoutMs };
    await client.query(config).catch(() => client.end());
  }

  #dispatch(channel: string, payload: string): void {
    for (const onMessage of this.#listeners.get(channel) ?? []) {
      try {
        onMessage(payload);
      } catch (error) {
        this.#options.onWarning(`a listener on ${channel} failed: ${String(error)}`);
      }
    }
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    clearInterval(this.#ping);
    await client?.end();
  }
}
