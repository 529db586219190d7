import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { fastify } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { endOf, sendEvents } from './event-stream.ts';

const mebibyte = 'x'.repeat(1_048_576);

it('what a client does not take is not made, and all of it comes when it does', async () => {
  let made = 0;
  const { request, saturated } = await serve(async function* () {
    for (; made < 64; made++) yield `data: ${mebibyte}\n\n`;
  });
  const response = await answerTo(request);
  response.pause();
  await saturated;
  // one that is made is on its way; the system holds some of the others
  expect(made).toBeLessThan(64);
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  response.resume();
  await once(response, 'end');
  expect(made).toBe(64);
  expect(bytes).toBeGreaterThan(64 * mebibyte.length);
});

it('whoever leaves while it is written to ends the stream, and nothing more is made for it', async () => {
  let isClosed = false;
  const { request, saturated, over } = await serve(async function* () {
    try {
      for (;;) yield `data: ${mebibyte}\n\n`;
    } finally {
      isClosed = true;
    }
  });
  const response = await answerTo(request);
  response.pause();
  await saturated;
  request.destroy();
  await over;
  expect(isClosed).toBe(true);
});

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve) => {
    request.once('response', resolve);
  });
}

/** A server with one stream, and a client of it. */
async function serve(frames: () => AsyncIterable<string>) {
  const app = fastify();
  onTestFinished(() => app.close());
  let isSaturated: () => void = () => undefined;
  let isOver: () => void = () => undefined;
  const saturated = new Promise<void>((resolve) => {
    isSaturated = resolve;
  });
  const over = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  app.get('/', async (_, reply) => {
    const { raw } = reply;
    const watching = setInterval(() => {
      if (raw.writableNeedDrain) isSaturated();
    }, 10);
    await sendEvents(reply, frames(), endOf(reply, new AbortController().signal));
    clearInterval(watching);
    isOver();
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const request: ClientRequest = get(address);
  request.on('error', () => undefined);
  return { request, saturated, over };
}
