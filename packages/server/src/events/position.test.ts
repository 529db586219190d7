import { expect, it } from 'vitest';
import { formatPosition, isWithinReach, parsePosition } from './position.ts';

const from = '2026-11-20T14:00:00.000000Z';

it.each(['1:1:', '795:800:796', '795:800:795,796,799', '3:999999999999:'])(
  '%s is a snapshot, and comes back as it was',
  (snapshot) => {
    expect(parsePosition(formatPosition({ snapshot, from }))).toEqual({ snapshot, from });
  },
);

it.each([
  '',
  'x',
  '1:1',
  `0:1:@${from}`,
  `2:1:@${from}`,
  `1:5:5@${from}`,
  `2:5:1@${from}`,
  `1:5:3,2@${from}`,
  `1:5:2,2@${from}`,
  `1:5:,@${from}`,
  '1:5:@2026-13-20T14:00:00.000000Z',
  '1:5:@2026-11-20T14:00:00Z',
  `${'9'.repeat(30)}:${'9'.repeat(30)}:@${from}`,
])('%s is no position', (text) => {
  expect(parsePosition(text)).toBeUndefined();
});

it('a position is within reach for a day, in the database that gave it', () => {
  const horizon = {
    snapshot: '90:100:',
    nextTransaction: 100n,
    oldestTransaction: 90n,
    now: from,
    openSince: from,
    delayMs: 0,
  };
  expect(isWithinReach({ snapshot: '90:100:', from }, horizon)).toBe(true);
  expect(isWithinReach({ snapshot: '90:101:', from }, horizon)).toBe(false);
  expect(isWithinReach({ snapshot: '1:1:', from: '2026-11-19T14:00:00.000000Z' }, horizon)).toBe(true);
  expect(isWithinReach({ snapshot: '1:1:', from: '2026-11-19T13:59:59.000000Z' }, horizon)).toBe(false);
});
