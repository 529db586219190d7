import type { LiveEvent } from '@tasker/contract/wire';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ClientSettings } from './client-options.ts';
import { ConnectionFailed, clientError } from './errors.ts';
import type { Subscription } from './operations.ts';
import { failureOf, headersOf, neverFollow } from './send-request.ts';

/**
 * What happens to a task, as the server says it on one connection; ends when that ends. Undefined says from when on
 * nothing is missed: the first id tells that the server has found its place.
 *
 * @throws {ClientError} when there is no such stream
 */
export async function* listenOverHttp(
  settings: ClientSettings,
  { taskId, signal }: Subscription,
): AsyncGenerator<LiveEvent | undefined, void, undefined> {
  const response = await open(settings, taskId, signal);
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  /** What was said so far, until an id is. */
  let before: string | undefined = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const text = decoder.decode(value, { stream: true });
      if (before !== undefined) {
        before += text;
        if (/^id:/m.test(before)) {
          before = undefined;
          yield undefined;
        }
      }
      parser.feed(text);
      for (const { event, data } of messages.splice(0)) yield event === 'reset' ? undefined : parseEvent(data);
    }
  } catch (cause) {
    if (signal.aborted) return;
    throw cause instanceof SyntaxError ? unexpected('an event that is not JSON') : lost(settings, cause);
  } finally {
    // whoever stops listening closes the connection; one that is broken already may say so
    await reader.cancel().catch(() => undefined);
  }
}

async function open(
  settings: ClientSettings,
  taskId: string,
  signal: AbortSignal,
): Promise<Response & { readonly body: ReadableStream<Uint8Array> }> {
  const accept = 'text/event-stream';
  const headers = await headersOf(settings, { accept, body: undefined });
  const url = `${settings.base}/tasker/events?${new URLSearchParams({ task_id: taskId })}`;
  let response: Response;
  try {
    response = await settings.fetch(url, { headers, redirect: neverFollow, signal });
  } catch (cause) {
    throw lost(settings, cause);
  }
  if (!response.ok) throw clientError(failureOf(settings, response, await response.text()));
  if (!isStream(response)) throw unexpected('something else than a stream');
  return response;
}

function isStream(response: Response): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  return response.body !== null && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}

/** The one place where an event is believed to be what it should be. */
const parseEvent: (data: string) => LiveEvent = JSON.parse;

function lost({ base }: ClientSettings, cause: unknown): ConnectionFailed {
  return new ConnectionFailed({
    code: 'SERVER_UNREACHABLE',
    message: `The stream of events from ${base} broke off.`,
    cause,
  });
}

function unexpected(what: string) {
  return clientError({
    code: 'UNEXPECTED_ANSWER',
    message: `The stream of events holds ${what}. Check that the URL leads to Tasker.`,
  });
}
