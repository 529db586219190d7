import {
  type Database,
  type NewsFact,
  type NewsFilter,
  type NewsHorizon,
  type NewsPosition,
  readHorizon,
  readNews,
} from '@tasker/engine';
import { isWithinReach } from './position.ts';
import { createWindowStart } from './window-start.ts';

/** A part of what happens, in order. */
export interface FeedBatch {
  readonly facts: readonly NewsFact[];
  /** Whoever has all of the batch goes on from here. */
  readonly position: NewsPosition;
  /** Whoever has only a part of the batch goes on from here, and may hear that part again. */
  readonly before: NewsPosition;
  /** What was between the position that was asked for and this batch is not known any more. */
  readonly isReset: boolean;
}

/** What happens in the whole system, whichever process did it, as it is committed. */
export interface EventFeed {
  /**
   * Everything that happens from now on, or since a position, until the signal is given. Nothing is left out, however
   * slowly it is taken; something may come twice.
   */
  follow(filter: NewsFilter, since: NewsPosition | undefined, signal: AbortSignal): AsyncIterable<FeedBatch>;
  /** Everything that has happened since a position until now: the same batches, and an end. */
  catchUp(filter: NewsFilter, since: NewsPosition): AsyncIterable<FeedBatch>;
  /** How long ago the database was heard of, milliseconds; undefined while nobody follows. */
  silenceMs(): number | undefined;
  stop(): Promise<void>;
}

export interface EventFeedOptions {
  /** Between two looks while nothing happens, milliseconds. Default 500. */
  readonly pollMs?: number;
  /** Another source that knows when something has happened; returns how to stop listening to it. */
  readonly listenTo?: (onNews: () => void) => () => void;
  /** Hears once that the database cannot be read, when that begins. Default: nobody does. */
  readonly onOutage?: (error: unknown) => void;
}

/** After news that there are news; others will come meanwhile. */
const gatherMs = 50;
/** Looking takes at most this share of the time. */
const shareOfTime = 0.2;
const pageSize = 1000;
/** Batches that wait for a slow follower; then it reads for itself, when it is ready to. */
const mostWaiting = 100;
/** Facts remembered, so that the start of an attempt is not told again with its end. */
const mostRemembered = 50_000;

interface Follower {
  waiting: FeedBatch[];
  /** Batches were dropped: it has to read for itself again. */
  isBehind: boolean;
  wake: () => void;
}

/** One look at the database serves all followers, however many there are. */
export function createEventFeed(
  db: Database,
  { pollMs = 500, listenTo = () => () => undefined, onOutage = () => undefined }: EventFeedOptions = {},
): EventFeed {
  const followers = new Set<Follower>();
  const remembered = new Set<string>();
  let windowStart = createWindowStart();
  /** Up to where followers were told; undefined while nobody looks. */
  let position: NewsPosition | undefined;
  /** Those who hear of the window that is being read, all of it. The others read it for themselves. */
  let audience = new Set<Follower>();
  let heardAt = 0;
  let isOut = false;
  let looking: Promise<void> | undefined;
  let stopped = false;
  let poke: () => void = () => undefined;

  function startLooking(): void {
    looking ??= lookWhileFollowed();
  }

  async function lookWhileFollowed(): Promise<void> {
    // somebody may come while the last one leaves
    while (followers.size > 0 && !stopped) {
      await lookAround();
      position = undefined;
      windowStart = createWindowStart();
    }
    looking = undefined;
  }

  async function lookAround(): Promise<void> {
    heardAt = performance.now();
    const stopListening = listenTo(() => {
      poke();
    });
    // without it the clock alone says when to look
    const unlisten = await db.listen(db.schema, () => poke()).catch(() => async () => undefined);
    while (followers.size > 0 && !stopped) {
      const startedAt = performance.now();
      await lookDespiteOutage();
      await pause(Math.max(gatherMs, (performance.now() - startedAt) / shareOfTime));
    }
    stopListening();
    await unlisten().catch(() => undefined);
  }

  /** Waits at least so long, and at most until it is time to look again. */
  async function pause(leastMs: number): Promise<void> {
    const poked = new Promise<void>((resolve) => {
      poke = resolve;
    });
    await sleep(leastMs);
    const { promise, cancel } = cancellableSleep(pollMs - leastMs);
    await Promise.race([poked, promise]);
    cancel();
  }

  /** An outage ends the look, not the feed: what is missed is found by the next one. */
  async function lookDespiteOutage(): Promise<void> {
    try {
      await look();
      isOut = false;
    } catch (error) {
      if (!isOut) onOutage(error);
      isOut = true;
    }
  }

  async function look(): Promise<void> {
    const horizon = await readHorizon(db);
    const after = positionAt(horizon);
    audience = new Set(position === undefined ? [] : followers);
    if (position !== undefined) {
      for await (const batch of readWindow(position, after, {})) {
        deliver({ ...batch, facts: batch.facts.filter(isNew) });
      }
    }
    position = after;
    heardAt = performance.now();
    for (const follower of followers) {
      if (!audience.has(follower)) follower.isBehind = true;
      follower.wake();
    }
    audience = new Set();
  }

  function positionAt(horizon: NewsHorizon): NewsPosition {
    return { snapshot: horizon.snapshot, from: windowStart.after(horizon) };
  }

  async function* readWindow(before: NewsPosition, after: NewsPosition, filter: NewsFilter): AsyncGenerator<FeedBatch> {
    let last: NewsFact | undefined;
    for (;;) {
      const request = { since: before, until: after.snapshot, filter, after: last, limit: pageSize };
      const facts = await readNews(db, request);
      last = facts.at(-1);
      const isWhole = facts.length < pageSize;
      yield { facts, before, position: isWhole ? after : before, isReset: false };
      if (isWhole) return;
    }
  }

  function isNew({ key }: NewsFact): boolean {
    if (remembered.has(key)) return false;
    remembered.add(key);
    if (remembered.size > mostRemembered) {
      for (const oldest of remembered) {
        remembered.delete(oldest);
        break;
      }
    }
    return true;
  }

  function deliver(batch: FeedBatch): void {
    for (const follower of audience) {
      if (follower.waiting.length < mostWaiting) {
        follower.waiting.push(batch);
        follower.wake();
      } else leave(follower);
    }
  }

  /** From the end of this window on the follower is behind, and reads for itself. */
  function leave(follower: Follower): void {
    audience.delete(follower);
    follower.waiting = [];
    follower.isBehind = true;
  }

  async function* follow(filter: NewsFilter, since: NewsPosition | undefined, signal: AbortSignal) {
    const follower: Follower = { waiting: [], isBehind: true, wake: () => undefined };
    const isOver = () => signal.aborted || stopped;
    const wakeUp = () => {
      follower.wake();
    };
    const wait = () =>
      new Promise<void>((resolve) => {
        follower.wake = resolve;
        if (isOver()) resolve();
      });
    followers.add(follower);
    startLooking();
    poke();
    signal.addEventListener('abort', wakeUp);
    try {
      while (position === undefined && !isOver()) await wait();
      if (position === undefined) return;
      const isLost = since !== undefined && !isWithinReach(since, await readHorizon(db));
      let reached: NewsPosition = since === undefined || isLost ? position : since;
      yield { facts: [], before: reached, position: reached, isReset: isLost };
      while (!isOver()) {
        if (follower.isBehind && position !== undefined) {
          // what comes from here on waits, from the next window; what was before is read
          const target: NewsPosition = position;
          leave(follower);
          follower.isBehind = false;
          if (reached.snapshot !== target.snapshot) yield* readWindow(reached, target, filter);
          reached = target;
          continue;
        }
        const batch = follower.waiting.shift();
        if (batch === undefined) await wait();
        else {
          yield { ...batch, facts: batch.facts.filter((fact) => fits(fact, filter)) };
          reached = batch.position;
        }
      }
    } finally {
      signal.removeEventListener('abort', wakeUp);
      followers.delete(follower);
      audience.delete(follower);
    }
  }

  async function* catchUp(filter: NewsFilter, since: NewsPosition) {
    const horizon = await readHorizon(db);
    // one that is asked out of the order of the looks has a past of its own
    const until = { snapshot: horizon.snapshot, from: createWindowStart().after(horizon) };
    const isLost = !isWithinReach(since, horizon);
    if (isLost) yield { facts: [], before: until, position: until, isReset: true };
    else yield* readWindow(since, until, filter);
  }

  return {
    follow,
    catchUp,
    silenceMs: () => (followers.size === 0 || looking === undefined ? undefined : performance.now() - heardAt),
    async stop() {
      stopped = true;
      for (const { wake } of followers) wake();
      poke();
      await looking;
    },
  };
}

function fits(fact: NewsFact, { taskId, namespace, kinds }: NewsFilter): boolean {
  if (taskId !== undefined && fact.taskId !== taskId) return false;
  if (namespace !== undefined && fact.namespace !== namespace) return false;
  return kinds === undefined || kinds.includes(fact.kind);
}

const sleep = (ms: number) => cancellableSleep(ms).promise;

function cancellableSleep(ms: number): { readonly promise: Promise<void>; readonly cancel: () => void } {
  let cancel = () => {};
  const promise = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    cancel = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { promise, cancel };
}
