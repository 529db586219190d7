import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP connection between a client and a server that a test can break. */
export interface Proxy {
  readonly port: number;
  /** Breaks all connections that are open, as a crash or a network device does. */
  cut(): void;
  /** Passes nothing on any more, and says nothing: the other end is gone without a word. `false` goes on. */
  hold(on: boolean): void;
  /** Refuses new connections, until `false`. */
  refuse(on: boolean): void;
  /** Leads new connections to the server of another URL. */
  aim(url: string): void;
  close(): Promise<void>;
}

/** Starts a proxy before the server of `url`. */
export async function startProxy(url: string): Promise<Proxy> {
  let target = new URL(url);
  const sockets = new Set<Socket>();
  let refusing = false;
  let holding = false;
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      if (!holding) to.write(chunk);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    pass(client, upstream);
    pass(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    hold: (on) => {
      holding = on;
    },
    refuse: (on) => {
      refusing = on;
    },
    aim: (to) => {
      target = new URL(to);
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The same database, reached through another port. */
export function throughPort(url: string, port: number): string {
  const through = new URL(url);
  through.port = String(port);
  return through.href;
}
