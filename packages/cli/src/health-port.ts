import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorLine } from './output/error-line.ts';
import { listenFault } from './output/listen-fault.ts';

export interface HealthPort {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** From now on the process is not ready: it ends what it has begun. */
  stopping(): void;
  close(): Promise<void>;
}

export interface HealthPortOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Fails when the process cannot do its work. */
  readonly check: () => Promise<unknown>;
}

/** Longer than a database takes that is only slow; probes wait a little longer still. */
const patienceMs = 5_000;

/**
 * Answers the probes of whoever keeps the process running, on the paths that the server has: `/tasker/health/live` as
 * long as the process runs, `/tasker/health/ready` while it can work.
 */
export async function openHealthPort({ host, port, check }: HealthPortOptions): Promise<HealthPort> {
  let draining = false;

  async function readiness(): Promise<{ ready: boolean; reason?: string }> {
    if (draining) return { ready: false, reason: 'It is shutting down.' };
    const stop = new AbortController();
    const late = sleep(patienceMs, undefined, { signal: stop.signal }).then(() => {
      throw new Error(`The database did not answer within ${patienceMs} ms.`);
    });
    try {
      await Promise.race([check(), late]);
      return { ready: true };
    } catch (error) {
      return { ready: false, reason: errorLine(error) };
    } finally {
      stop.abort();
      late.catch(() => undefined);
    }
  }

  async function reply(path: string | undefined, response: ServerResponse): Promise<void> {
    if (path === '/tasker/health/live') return answer(response, 200, { status: 'alive' });
    if (path === '/tasker/health/ready') {
      const { ready, reason } = await readiness();
      return answer(response, ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable', reason });
    }
    return answer(response, 404, {
      status: 'unknown',
      reason: 'There are /tasker/health/live and /tasker/health/ready.',
    });
  }

  const server = createServer((request, response) => {
    reply(request.url, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw listenFault(error, { host, port }, '--health-port');
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    stopping: () => {
      draining = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
