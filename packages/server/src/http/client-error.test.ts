import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { answerClientError } from './client-error.ts';

it.each([
  ['HPE_INVALID_METHOD', '`request` is not HTTP that can be read (HPE_INVALID_METHOD).'],
  ['HPE_HEADER_OVERFLOW', '`request` has more than 16384 bytes of address and headers; send less.'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '`request` took too long to arrive; send it again, faster.'],
])('SURF-18 what never becomes a request (%s) is told what is wrong with it', async (code, message) => {
  const answer = await answerTo(Object.assign(new Error('Parse Error'), { code }));
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toContain('HTTP/1.1 400 Bad Request\r\n');
  expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`);
  expect(JSON.parse(body)).toMatchObject({ error: { code: 'INVALID_REQUEST', message } });
});

it('nobody is answered who has gone', async () => {
  expect(await answerTo(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))).toBe('');
});

async function answerTo(error: Error): Promise<string> {
  const sent: string[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      sent.push(chunk.toString());
      done();
    },
  });
  const ended = new Promise((resolve) => {
    socket.once('finish', resolve).once('close', resolve);
  });
  answerClientError(error, socket);
  await ended;
  return sent.join('');
}
