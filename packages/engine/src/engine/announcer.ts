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

/** Between two notifications at least: what is announced meanwhile goes out together. */
const throttleMs = 20;

// the commit of a notification would wait for the disk, and nothing is lost with it
const notify: Statement = {
  name: 'announce',
  text: `select pg_catalog.set_config('synchronous_commit', 'off', true), pg_catalog.pg_notify($1, $2)`,
};

const notifyWithin: Statement = { name: 'announce_within', text: 'select pg_catalog.pg_notify($1, $2)' };

export function createAnnouncer(db: Database, clock: Clock, self: string): Announcer {
  const channel = db.schema;
  const pending = new Set<News>();
  let scheduled = false;
  let sending: Promise<void> = Promise.resolve();
  let stopped = false;

  let sentAt = Number.NEGATIVE_INFINITY;

  /** A worker that sleeps is woken at once; those who wait for outcomes can wait for company. */
  async function send(first: News): Promise<void> {
    const delayMs = first === 'finished' ? throttleMs : sentAt + throttleMs - clock.elapsed();
    if (delayMs > 0) await new Promise<void>((resolve) => clock.wakeAfter(delayMs, resolve));
    sentAt = clock.elapsed();
    const message = `${self} ${[...pending].join(' ')}`;
    pending.clear();
    scheduled = false;
    // nobody depends on it
    await db.query(notify, [channel, message]).catch(() => undefined);
  }

  return {
    announce(news) {
      pending.add(news);
      if (stopped || scheduled) return;
      scheduled = true;
      sending = Promise.all([sending, send(news)]).then(() => undefined);
    },
    async announceWithin(tx, news) {
      // in nobody's name: we want to hear of it too
      await tx.query(notifyWithin, [channel, ` ${news}`]);
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
    },
  };
}
