import { randomUUID } from 'node:crypto';
import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { InvalidInput } from '../errors.ts';
import { failureOf } from '../operations/failure.ts';
import { errorAnswer } from './error-answer.ts';

/** What is no HTTP at all is answered in the same form as everything else. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const correlationId = randomUUID();
  const failure = failureOf(new InvalidInput([{ path: 'request', message: faultOf(error) }]));
  const body = JSON.stringify(errorAnswer(failure, correlationId));
  socket.end(
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `X-Correlation-ID: ${correlationId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function faultOf({ code, message }: Error & { readonly code?: string }): string {
  if (code === 'HPE_HEADER_OVERFLOW') return `has more than ${maxHeaderSize} bytes of address and headers; send less`;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'took too long to arrive; send it again, faster';
  return `is not HTTP that can be read (${code ?? message})`;
}
