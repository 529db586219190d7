import { expect, it } from 'vitest';
import type { StreamMessage } from '../operations/follow-events.ts';
import { sparse } from './sparse.ts';

async function* quiet(): AsyncGenerator<StreamMessage> {
  yield { id: '1' };
  yield { id: '2' };
  yield { id: '3', isReset: true };
  yield { id: '4' };
}

async function idsOf(messages: AsyncIterable<StreamMessage>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of messages) ids.push(id);
  return ids;
}

it('how far a quiet stream has come is told at its beginning, and when it was quiet for long', async () => {
  expect(await idsOf(sparse(quiet(), 600_000))).toEqual(['1', '3']);
  expect(await idsOf(sparse(quiet(), 0))).toEqual(['1', '2', '3', '4']);
});
