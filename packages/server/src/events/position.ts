import type { NewsHorizon, NewsPosition } from '@tasker/engine';

/** A position as the id of an event, which clients hand back to go on from there. */
export function formatPosition({ snapshot, from }: NewsPosition): string {
  return `${snapshot}@${from}`;
}

/** Undefined when the text is no position. */
export function parsePosition(text: string): NewsPosition | undefined {
  const [, snapshot, from] = form.exec(text) ?? [];
  if (snapshot === undefined || from === undefined || Number.isNaN(Date.parse(from))) return undefined;
  const [oldest = '', next = '', open = ''] = snapshot.split(':');
  const inside = open === '' ? [] : open.split(',').map(BigInt);
  const isOrdered = inside.every(
    (id, index) => id >= BigInt(oldest) && id < BigInt(next) && id > (inside[index - 1] ?? 0n),
  );
  return BigInt(oldest) > 0n && BigInt(oldest) <= BigInt(next) && isOrdered ? { snapshot, from } : undefined;
}

const form = /^(\d{1,18}:\d{1,18}:(?:\d{1,18}(?:,\d{1,18})*)?)@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)$/;

/** Whether one can go on from a position: it is of this database, and not from so long ago that all would be read. */
export function isWithinReach({ snapshot, from }: NewsPosition, { nextTransaction, now }: NewsHorizon): boolean {
  const [, next = '0'] = snapshot.split(':');
  return BigInt(next) <= nextTransaction && Date.parse(now) - Date.parse(from) <= reachMs;
}

const reachMs = 24 * 3_600_000;
