import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export type Role = 'support server' | 'support worker' | 'payments server' | 'payments worker';

/** A process that is started again whenever it is killed. */
export interface MortalProcess {
  /** Resolves when it is at work; with what it said. */
  ready(): Promise<string>;
  /** Kills it and begins to start its successor. Resolves when it is gone. */
  kill(): Promise<void>;
  /** The same, and the successor dies before it is at work, too. */
  killTwice(): Promise<void>;
  kills(): number;
}

/** @param args of the program; the second time on, `again` in the place of the last, when that is known then only */
export function startMortal(role: Role, args: readonly string[], again: (said: string) => string): MortalProcess {
  let kills = 0;
  let successorArgs = args;
  let child = start(role, args);
  let said = hear(child);

  /** From now on, being ready is to have come back. */
  function replace(before: Promise<unknown>): Promise<ChildProcess> {
    const replaced = before.then(async () => {
      kills += 1;
      await end(child);
      child = start(role, successorArgs);
      return child;
    });
    said = replaced.then(hear);
    return replaced;
  }

  async function learn(told: Promise<string>): Promise<void> {
    successorArgs = [...args.slice(0, -1), again(await told)];
  }

  async function kill(): Promise<void> {
    await replace(learn(said));
  }

  return {
    ready: () => said,
    kill,
    async killTwice() {
      await kill();
      said.catch(() => undefined);
      // it has begun, and nobody can say how far it is
      await replace(child.pid === undefined ? once(child, 'spawn') : Promise.resolve());
    },
    kills: () => kills,
  };
}

const program = fileURLToPath(new URL('program.ts', import.meta.url));
const fromSource = new URL('../../../scripts/from-source.mjs', import.meta.url).href;

function start(role: Role, args: readonly string[]): ChildProcess {
  const child = fork(program, [role, ...args], {
    execArgv: ['--import', fromSource],
    // that workers are lost here is meant
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function hear(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (said) => resolve(typeof said === 'string' ? said : ''));
    child.once('exit', (code) => reject(new Error(`a process ended with ${code} before it was ready`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
