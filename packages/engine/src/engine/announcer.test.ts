import { describe, expect, it } from 'vitest';
import type { Database } from '../postgres/database.ts';
import { createAnnouncer } from './announcer.ts';

/** A clock whose timers a test sets off, and a database that keeps what it is told. */
function setUp() {
  const timers: { at: number; wake: () => void }[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    elapsed: () => now,
    wakeAfter(delayMs: number, wake: () => void) {
      timers.push({ at: now + delayMs, wake });
      return () => undefined;
    },
  };
  const messages: string[] = [];
  const db: Database = {
    kind: 'server',
    schema: 'tasker',
    query: (_statement, values = []) => {
      messages.push(String(values[1]));
      return Promise.resolve([]);
    },
    script: () => Promise.resolve(),
    transaction: () => Promise.reject(new Error('not here')),
    listen: () => Promise.resolve(() => Promise.resolve()),
    close: () => Promise.resolve(),
  };
  const passMs = async (ms: number) => {
    now += ms;
    for (const timer of timers.splice(0)) {
      if (timer.at <= now) timer.wake();
      else timers.push(timer);
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { announcer: createAnnouncer(db, clock, 'me'), messages, passMs };
}

describe('what is announced to other processes', () => {
  it('goes out at once when somebody may have to be woken', async () => {
    const { announcer, messages, passMs } = setUp();
    announcer.announce('work');
    await passMs(0);
    expect(messages).toEqual(['me work']);
  });

  it('goes out together within 20 ms, and again after that', async () => {
    const { announcer, messages, passMs } = setUp();
    announcer.announce('work');
    await passMs(0);
    announcer.announce('work');
    announcer.announce('revoked');
    await passMs(19);
    expect(messages).toEqual(['me work']);
    await passMs(1);
    expect(messages).toEqual(['me work', 'me work revoked']);
    await passMs(20);
    announcer.announce('work');
    await passMs(0);
    expect(messages).toHaveLength(3);
  });

  it('waits for company when somebody only wants to know', async () => {
    const { announcer, messages, passMs } = setUp();
    announcer.announce('finished');
    await passMs(19);
    expect(messages).toEqual([]);
    await passMs(1);
    expect(messages).toEqual(['me finished']);
  });
});
