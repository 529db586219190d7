import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface TaskerRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly database?: string;
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that runs until it ends or is told to. */
export interface RunningTasker {
  /** Resolves when standard output has had a match. */
  saying(pattern: RegExp): Promise<void>;
  /** The same of standard error. */
  noting(pattern: RegExp): Promise<void>;
  /** What it has printed so far. */
  said(): string;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<TaskerRun>;
}

/** Each run starts a process, and a test may have many of them on a machine that is busy with others. */
export const patience = { timeout: 120_000 };

const binary = fileURLToPath(new URL('../bin/tasker.mjs', import.meta.url));

/** Runs the command as a user does, and waits for its end. */
export function runTasker(args: readonly string[], options: RunOptions = {}): Promise<TaskerRun> {
  return startTasker(args, options).ended;
}

export function startTasker(args: readonly string[], options: RunOptions = {}): RunningTasker {
  const { database, cwd, input = '', env = {} } = options;
  const child = spawn(process.execPath, [binary, ...args], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...(database === undefined ? {} : { TASKER_DATABASE_URL: database }),
      ...env,
    },
  });
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    for (const listener of listeners) listener();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    for (const listener of listeners) listener();
  });
  child.stdin.end(input);
  const ended = new Promise<TaskerRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  const hearing = (pattern: RegExp, said: () => string) =>
    new Promise<void>((resolve, reject) => {
      const listener = () => {
        if (!pattern.test(said())) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
      listener();
      ended.then(() => reject(new Error(`it ended without saying ${pattern}: ${out}${err}`)), reject);
    });
  return {
    ended,
    said: () => out,
    signal: (signal) => void child.kill(signal),
    saying: (pattern) => hearing(pattern, () => out),
    noting: (pattern) => hearing(pattern, () => err),
  };
}
