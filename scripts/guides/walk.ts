import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { missingLine } from './compare-output.ts';
import type { MarkdownBlock } from './markdown-blocks.ts';

/** Somebody who does what a page says, block by block. */
export interface Walk {
  /** @throws when a command ends otherwise than the page says, or prints something else */
  follow(block: MarkdownBlock): Promise<void>;
  /** Ends everything that still runs. */
  end(): Promise<void>;
}

export interface WalkOptions {
  /** Where commands begin. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** A command line as it is to be run; default as it stands. `in=clone` and other marks are among `marks`. */
  readonly prepare: (command: string, marks: Readonly<Record<string, string>>) => PreparedCommand;
}

export interface PreparedCommand {
  readonly command: string;
  /** Default: where the command before has led. */
  readonly cwd?: string;
}

/** Long enough for a machine that is busy with other tests. */
const patienceMs = 120_000;

/**
 * What blocks mean: those with `file=` are written, with `append=` added to a file; `diff` changes one. `sh` runs its
 * lines, of which the last ends with `exit=` (0); `background=NAME` keeps running until a remark says `stop: NAME`.
 * `text`, and what is `printed`, is what the commands before it have printed, or, with `of=NAME`, what a running one prints sooner or later.
 * `TASK` in a command is the id of the task that was last spoken of.
 */
export function walk({ folder, env, prepare }: WalkOptions): Walk {
  const running = new Map<string, Running>();
  let cwd = folder;
  let said = '';
  let task = '';

  async function run(line: string, marks: MarkdownBlock['marks'], wanted: number): Promise<void> {
    const led = /^(?<before>.*)\bcd (?<folder>\S+)$/.exec(line)?.groups;
    const prepared = prepare(line.replaceAll(/\bTASK\b/g, task), marks);
    const { code, out } = await begin(prepared).ended;
    said += out;
    task = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/.exec(out)?.[0] ?? task;
    if (code !== wanted) throw new Error(`It ended with ${code} instead of ${wanted}: ${line}\n${out}`);
    if (led !== undefined) cwd = resolve(cwd, led['folder'] ?? '');
  }

  const begin = ({ command, cwd: folderOf = cwd }: PreparedCommand) => start(command, folderOf, env);

  async function stop(name: string): Promise<void> {
    const process = running.get(name);
    running.delete(name);
    process?.interrupt();
    await process?.ended;
  }

  async function follow(block: MarkdownBlock): Promise<void> {
    const { language, marks, text } = block;
    const { file, append, background, of } = marks;
    if (language === 'diff' && file !== undefined) return changeFile(join(cwd, file), text);
    if (file !== undefined) return writeText(join(cwd, file), text);
    if (append !== undefined) return appendFileSync(join(cwd, append), text);
    if (language === 'remark') {
      const name = /^stop: (?<name>\w+)$/.exec(text)?.groups?.['name'];
      return name === undefined ? undefined : stop(name);
    }
    if (background !== undefined) {
      running.set(background, begin(prepare(text.trim(), marks)));
      return;
    }
    if (language === 'sh') {
      said = '';
      const lines = text
        .replaceAll(/\\\n\s*/g, ' ')
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.startsWith('#'));
      for (const [index, line] of lines.entries()) {
        await run(line, marks, index === lines.length - 1 ? Number(marks['exit'] ?? 0) : 0);
      }
    }
    if ('printed' in marks) refuseMissing(text, said);
    if (language === 'text' && of !== undefined) return running.get(of)?.saying(text);
    if (language === 'text') refuseMissing(text, said);
  }

  return {
    async follow(block) {
      try {
        await follow(block);
      } catch (cause) {
        const problem = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`Line ${block.line}, ${block.heading}: ${problem}`, { cause });
      }
    },
    async end() {
      for (const name of [...running.keys()].toReversed()) await stop(name);
    },
  };
}

function refuseMissing(promised: string, output: string): void {
  const missing = missingLine(promised, output);
  if (missing !== undefined)
    throw new Error(`It does not print what the page says.\nMissing: ${missing}\nPrinted:\n${output}`);
}

interface Running {
  readonly ended: Promise<{ readonly code: number | null; readonly out: string }>;
  /** Resolves when it has printed these lines, in this order, since the last time it was asked. */
  saying(promised: string): Promise<void>;
  /** As Ctrl-C does. */
  interrupt(): void;
}

function start(command: string, cwd: string, env: Readonly<Record<string, string>>): Running {
  // A group of its own: Ctrl-C reaches a command with everything that it has started.
  const child = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let heard = 0;
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    out += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<{ code: number | null; out: string }>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, out }));
  });
  return {
    ended,
    interrupt: () => signalGroup(child, 'SIGINT'),
    saying: (promised) =>
      new Promise((done, fail) => {
        const finish = (end: () => void) => {
          clearTimeout(timer);
          listeners.delete(listen);
          end();
        };
        const lack = () =>
          `It has not printed: ${missingLine(promised, out.slice(heard), { gaps: true })}\nPrinted:\n${out}`;
        const timer = setTimeout(() => finish(() => fail(new Error(lack()))), patienceMs);
        const listen = () => {
          if (missingLine(promised, out.slice(heard), { gaps: true }) !== undefined) return;
          heard = out.length;
          finish(done);
        };
        listeners.add(listen);
        listen();
        ended.then(() => finish(() => fail(new Error(`It has ended. ${lack()}`))), fail);
      }),
  };
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
}

function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Changes the lines with a minus in front into those with a plus. */
function changeFile(path: string, diff: string): void {
  const lines = diff.trimEnd().split('\n');
  const side = (sign: string) => lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
  const text = readFileSync(path, 'utf8');
  const before = side('-').join('\n');
  if (!text.includes(before)) throw new Error(`There is no such line in ${path}: ${before}`);
  writeFileSync(
    path,
    text.replace(before, () => side('+').join('\n')),
  );
}
