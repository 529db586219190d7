import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A running `folder-program.ts`. */
export interface Program {
  readonly pid: number;
  /** Sends a line and returns the answer to it. */
  ask(line: string): Promise<unknown>;
  /** Sends a signal to the program and all that shares its terminal, as Ctrl-C does, and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the program on `folder`, as another user if given, and waits until it has opened the database. */
export async function startProgram(folder: string, user?: { uid: number; gid: number }): Promise<Program> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('folder-program.ts', import.meta.url)), folder],
    { ...user, cwd: repository, detached: true, env: { PATH: process.env.PATH, HOME: '/nonexistent' } },
  );
  child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  const answers = readAnswers(child);
  const ended = once(child, 'exit');
  const first = await answers.next();
  if (JSON.stringify(first.value) !== '{"opened":true}')
    throw new Error(`the program said ${JSON.stringify(first.value)}`);
  const pid = child.pid ?? 0;
  return {
    pid,
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      return (await answers.next()).value;
    },
    end: async (signal) => {
      process.kill(-pid, signal);
      await ended;
    },
  };
}

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

async function* readAnswers(child: ChildProcessWithoutNullStreams): AsyncGenerator<unknown, undefined> {
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
  return undefined;
}
