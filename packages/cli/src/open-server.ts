import type { Tasker, TaskerConfig, TaskerLogger } from '@tasker/engine';
import { createServer, type Server } from '@tasker/server';
import type { ListenAddress } from './input/listen-address.ts';
import { listenFault } from './output/listen-fault.ts';

export interface OpenServerOptions {
  readonly address: ListenAddress;
  readonly insecure?: boolean | undefined;
  /** Origins whose pages may use the API. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** What is configured of a server. */
  readonly config: Pick<TaskerConfig, 'health' | 'cache'>;
  /** Told what goes wrong without a request to answer it by. */
  readonly logger: TaskerLogger | undefined;
  /** Where nobody asked for a port, any that is free will do. */
  readonly orAnyPort?: boolean;
}

/** Starts a server, which listens when this returns. */
export async function openServer(tasker: Tasker, options: OpenServerOptions): Promise<Server> {
  const { address, config, insecure = false, corsOrigins = [], logger, orAnyPort = false } = options;
  const listen = async (port: number) => {
    const server = await createServer({
      tasker,
      host: address.host,
      port,
      insecure,
      health: config.health,
      cache: config.cache,
      ...(logger === undefined ? {} : { logger }),
      ...(corsOrigins.length === 0 ? {} : { cors: { origins: corsOrigins.includes('*') ? '*' : corsOrigins } }),
    });
    await server.start();
    return server;
  };
  try {
    return await listen(address.port);
  } catch (error) {
    if (orAnyPort && address.isDefaultPort && isTaken(error)) return listen(0);
    throw listenFault(error, address, '--port or PORT');
  }
}

const isTaken = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
