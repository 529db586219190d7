import { InvalidOptions } from '../errors.ts';

export interface WorkerOptions {
  /** Shown in history and on the list of workers. Default: host name and process id. */
  readonly name?: string;
  /** Serve these namespaces only. Default: all for which handlers are registered. */
  readonly namespaces?: readonly string[];
  /** Attempts that may run at once. Default 100. */
  readonly concurrency?: number;
  /**
   * A worker that is not heard of for so long is lost, and its steps run elsewhere. It reports three times as often.
   * Milliseconds, default 15,000, at least 100.
   */
  readonly leaseMs?: number;
  /** Look for work so often when nothing else says that there is any. Milliseconds, default 3,000. */
  readonly pollMs?: number;
  /** How long a stopping worker waits for running attempts before it aborts them. Milliseconds, default 30,000. */
  readonly shutdownMs?: number;
  /** Results longer than this fail their attempt. Bytes of JSON, default 1 MiB. */
  readonly maxResultBytes?: number;
  /** Room for contexts and results of tasks that were worked on lately. Bytes, default 64 MiB. */
  readonly cacheBytes?: number;
}

export type WorkerSettings = Required<Omit<WorkerOptions, 'name'>> & { readonly name: string | undefined };

/** Fills in the defaults; lists everything that is wrong at once. */
export function workerSettings(options: WorkerOptions): WorkerSettings {
  const settings: WorkerSettings = {
    name: options.name,
    namespaces: options.namespaces ?? [],
    concurrency: options.concurrency ?? 100,
    leaseMs: options.leaseMs ?? 15_000,
    pollMs: options.pollMs ?? 3_000,
    shutdownMs: options.shutdownMs ?? 30_000,
    maxResultBytes: options.maxResultBytes ?? 1024 * 1024,
    cacheBytes: options.cacheBytes ?? 64 * 1024 * 1024,
  };
  const problems = [
    atLeast('concurrency', settings.concurrency, 1),
    atLeast('leaseMs', settings.leaseMs, 100),
    atLeast('pollMs', settings.pollMs, 1),
    atLeast('shutdownMs', settings.shutdownMs, 0),
    atLeast('maxResultBytes', settings.maxResultBytes, 2),
    atLeast('cacheBytes', settings.cacheBytes, 0),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new InvalidOptions(problems);
  return settings;
}

function atLeast(name: string, value: number, least: number): string | undefined {
  if (Number.isInteger(value) && value >= least) return undefined;
  return `worker.${name} must be a whole number of at least ${least}, not ${value}.`;
}
