import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, and which of them have a request under way. */
export interface OpenConnections {
  /** Closes those that only wait for a request, the first one included. */
  closeIdle(): void;
}

/** Node itself leaves alone what has never sent a request, such as the connections that proxies keep in store. */
export function trackConnections(server: Server): OpenConnections {
  const open = new Set<Socket>();
  const busy = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      busy.delete(socket);
    });
  });
  server.on('request', ({ socket }, response) => {
    busy.add(socket);
    response.once('close', () => {
      busy.delete(socket);
    });
  });
  return {
    closeIdle() {
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
    },
  };
}
