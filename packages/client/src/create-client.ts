import { type Client, clientOver } from './client.ts';
import { type ClientOptions, clientSettings } from './client-options.ts';
import { createHttpCaller } from './http-caller.ts';

/**
 * A client of the server at `url`. It holds no connection open but while something is watched, and needs no end.
 *
 * @throws {RequestRefused} (INVALID_OPTIONS) naming the option
 *
 * @example const client = createClient({ url: 'https://tasks.example.com', token });
 */
export function createClient(options: ClientOptions): Client {
  return clientOver(createHttpCaller(clientSettings(options)));
}
