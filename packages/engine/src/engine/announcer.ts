import type { Clock } from '../clock.ts';
import type { Database, Queryable, Statement } from '../postgres/database.ts';

/** What a notification says. */
export type News = 'work' | 'finished' | 'revoked' | 'templates';

/**
 * Tells other processes that there is something to look at. Outside the hot transaction and throttled: a NOTIFY in
 * each of them would halve what the database can do. News that gets lost is found by polling.
 */
export interface Announcer {
  announce(news: News): void;
  /** The same with the commit of a transaction, in which nothing has happened yet. */
  announceWithin(tx: Queryable, news: News): Promise<void>;
  /** Calls `onNews` for what other processes announce. */
  listen(onNews: (news: ReadonlySet<string>) => void): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** Everything announced within so long goes out together. */
const throttleMs = 20;

const notify: Statement = { name: 'announce', text: 'select pg_catalog.pg_notify($1, $2)' };

export function createAnnouncer(db: Database, clock: Clock, self: string): Announcer {
  const channel = db.schema;
  const pending = new Set<News>();
  let sending: Promise<void> | undefined;
  let sent: Promise<unknown> = Promise.resolve();
  let stopped = false;

  async function send(): Promise<void> {
    await new Promise<void>((resolve) => clock.wakeAfter(throttleMs, resolve));
    const message = `${self} ${[...pending].join(' ')}`;
    pending.clear();
    sending = undefined;
    // nobody depends on it
    sent = db.query(notify, [channel, message]).catch(() => undefined);
    await sent;
  }

  return {
    announce(news) {
      pending.add(news);
      if (!stopped) sending ??= send();
    },
    async announceWithin(tx, news) {
      // in nobody's name: we want to hear of it too
      await tx.query(notify, [channel, ` ${news}`]);
    },
    listen: (onNews) =>
      db.listen(channel, (payload) => {
        const [sender, ...news] = payload.split(' ');
        // an empty message: some may have been missed
        if (payload === '') onNews(new Set(['work', 'finished', 'revoked', 'templates']));
        else if (sender !== self) onNews(new Set(news));
      }),
    async stop() {
      stopped = true;
      // what a stopping worker handed back is news to the others
      await sending;
      await sent;
    },
  };
}
