import { UsageError } from '../exit.ts';

export interface ListenOptions {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Nobody asked for this port. */
  readonly isDefaultPort: boolean;
}

const defaultPort = 3000;

/** Where a server listens: what the command says, else `TASKER_HOST`, and `TASKER_PORT` or `PORT`, else 127.0.0.1:3000. */
export function listenAddress(
  options: ListenOptions,
  env: Readonly<Record<string, string | undefined>>,
): ListenAddress {
  const named = options.port ?? portVariable(env);
  return {
    host: options.host ?? (env['TASKER_HOST'] || '127.0.0.1'),
    port: named === undefined ? defaultPort : portOf(named),
    isDefaultPort: named === undefined,
  };
}

/** An empty variable is how container files say that there is none; Kubernetes names services in variables like ours. */
function portVariable(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const own = env['TASKER_PORT'];
  return own && !own.includes('://') ? own : env['PORT'] || undefined;
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && text.trim() !== '') return port;
  throw new UsageError(
    `A port (--port, TASKER_PORT or PORT) is a number from 0 to 65535, not ${JSON.stringify(text)}.`,
  );
}
