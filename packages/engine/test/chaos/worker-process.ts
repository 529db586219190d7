import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@tasker/contract';
import { isJsonObject, parseJson } from '../../src/json/parse.ts';

/** A running `worker-program.ts`. */
export interface WorkerProcess {
  readonly name: string;
  /** Resolves with the first line that has the key, said already or to come. */
  until(key: string, value?: unknown): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Lets it finish and leave. */
  stop(): Promise<void>;
}

export interface WorkerProcessOptions {
  readonly leaseMs?: number;
  readonly concurrency?: number;
  /** How long a handler takes. */
  readonly workMs?: number;
}

let count = 0;

/** Starts a worker on the database of `url` and waits until it works. */
export async function startWorkerProcess(url: string, options: WorkerProcessOptions = {}): Promise<WorkerProcess> {
  count += 1;
  const name = `worker ${count}`;
  const { leaseMs = 1_000, concurrency = 50, workMs = 5 } = options;
  const program = fileURLToPath(new URL('worker-program.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--conditions=tasker-source',
      program,
      url,
      name,
      ...[leaseMs, concurrency, workMs].map(String),
    ],
    { cwd: fileURLToPath(new URL('../../../../', import.meta.url)), stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const until = listen(child);
  const early = ended.then(() => {
    throw new Error(`${name} did not start`);
  });
  await Promise.race([until('ready'), early]);
  return {
    name,
    until,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async stop() {
      // it may have ended already
      child.stdin.on('error', () => undefined);
      child.stdin.end('stop\n');
      await ended;
    },
  };
}

function listen(child: ChildProcessByStdio<Writable, Readable, null>): WorkerProcess['until'] {
  const said: JsonObject[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parseJson(line);
    if (isJsonObject(message)) said.push(message);
    for (const look of waiting) look();
  });
  return (key, value) =>
    new Promise((resolve) => {
      const look = () => {
        if (!said.some((each) => key in each && (value === undefined || each[key] === value))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
}
