import type { Database } from '@tasker/engine';
import { expect, it } from 'vitest';
import { createEventFeed } from './feed.ts';

it('an outage is told once, when it begins, and the feed tries again', async () => {
  const outages: unknown[] = [];
  const fault = new Error('the database is away');
  const tries: (() => void)[] = [];
  const third = new Promise<void>((resolve) => tries.push(resolve));
  let asked = 0;
  const away: Database = {
    kind: 'server',
    schema: 'tasker',
    query() {
      asked += 1;
      if (asked === 3) tries[0]?.();
      return Promise.reject(fault);
    },
    script: () => Promise.reject(fault),
    transaction: () => Promise.reject(fault),
    listen: () => Promise.resolve(() => Promise.resolve()),
    close: () => Promise.resolve(),
  };
  const feed = createEventFeed(away, { pollMs: 60, onOutage: (error) => outages.push(error) });
  const leave = new AbortController();
  const following = feed.follow({}, undefined, leave.signal)[Symbol.asyncIterator]().next();
  await third;
  leave.abort();
  await following.catch(() => undefined);
  await feed.stop();
  expect(outages).toEqual([fault]);
});
