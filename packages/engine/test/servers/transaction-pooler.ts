import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import pg from 'pg';

/**
 * A pooler that lends a server connection for one transaction at a time, as PgBouncer does in transaction mode, and
 * knows nothing of prepared statements. Consecutive transactions of a client are given different server connections,
 * which is the worst that a real one may do.
 */
export async function startTransactionPooler(url: string, size = 3): Promise<{ port: number; close(): Promise<void> }> {
  const servers = await Promise.all(Array.from({ length: size }, () => connectServer(url)));
  const free = [...servers];
  const waiting: ((server: Server) => void)[] = [];
  const borrow = () =>
    new Promise<Server>((resolve) => {
      const server = free.shift();
      if (server) resolve(server);
      else waiting.push(resolve);
    });
  const giveBack = (server: Server) => {
    const next = waiting.shift();
    if (next) next(server);
    else free.push(server);
  };

  const listener = createServer((client) => serve(client, borrow, giveBack));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: async () => {
      listener.close();
      await Promise.all(servers.map(({ client }) => client.end()));
    },
  };
}

interface Server {
  readonly client: pg.Client;
  readonly socket: Socket;
}

/** Lets the driver log in, then takes the connection from it. */
async function connectServer(url: string): Promise<Server> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const socket = client.connection.stream as Socket;
  socket.removeAllListeners('data');
  return { client, socket };
}

function serve(client: Socket, borrow: () => Promise<Server>, giveBack: (server: Server) => void): void {
  let greeted = false;
  let server: Promise<Server> | undefined;
  let held: Buffer = Buffer.alloc(0);
  client.on('error', () => undefined);
  client.on('data', (chunk: Buffer) => {
    if (!greeted) {
      greeted = true;
      client.write(greeting);
      return;
    }
    held = Buffer.concat([held, chunk]);
    const whole = wholeMessages(held);
    const messages = held.subarray(0, whole);
    held = held.subarray(whole);
    if (whole === 0 || messages[0] === terminate) return;
    server ??= lend();
    forward(server, messages);
  });

  /** Never rejects: the connections are made before the first client comes. */
  function forward(to: Promise<Server>, messages: Buffer): void {
    to.then(({ socket }) => socket.write(messages)).catch(() => client.destroy());
  }

  async function lend(): Promise<Server> {
    const borrowed = await borrow();
    let answer: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      const whole = wholeMessages(answer);
      const messages = answer.subarray(0, whole);
      answer = answer.subarray(whole);
      client.write(messages);
      // ReadyForQuery is the last message of an answer; I: no transaction is open.
      if (messages.length < 6 || messages.readUInt32BE(messages.length - 5) !== 5 || messages.at(-6) !== ready) return;
      if (messages.at(-1) !== idle) return;
      borrowed.socket.off('data', onData);
      server = undefined;
      giveBack(borrowed);
    };
    borrowed.socket.on('data', onData);
    return borrowed;
  }
}

const terminate = 'X'.charCodeAt(0);
const ready = 'Z'.charCodeAt(0);
const idle = 'I'.charCodeAt(0);

/** AuthenticationOk, a process id that is nobody's, ReadyForQuery. */
const greeting = Buffer.from('5200000008000000004b0000000c7fffffff000000005a0000000549', 'hex');

/** How many of the bytes are whole messages: a type, four bytes of length, and the rest. */
function wholeMessages(bytes: Buffer): number {
  let end = 0;
  while (bytes.length - end >= 5) {
    const next = end + 1 + bytes.readUInt32BE(end + 1);
    if (next > bytes.length) break;
    end = next;
  }
  return end;
}
