import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { InvalidInput } from '../errors.ts';
import { failureOf } from '../operations/failure.ts';
import { errorAnswer } from './error-answer.ts';

/** What is no HTTP at all is answered in the same form as everything else. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const correlationId = randomUUID();
  const failure = failureOf(
    new InvalidInput([{ path: 'request', message: `is not HTTP that can be read (${error.code ?? error.message})` }]),
  );
  const body = JSON.stringify(errorAnswer(failure, correlationId));
  socket.end(
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `X-Correlation-ID: ${correlationId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
