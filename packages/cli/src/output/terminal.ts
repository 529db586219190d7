import { styleText } from 'node:util';
import { printable } from './printable.ts';

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  /** Only machines read along: results are one JSON document, and nothing else is printed. */
  readonly json: boolean;
  /** A person looks on: what has been printed may be drawn again. */
  readonly live: boolean;
  /** Lines that the terminal has room for. */
  readonly rows: number;
  /** Prints a line for people; not with `--json`. */
  print(line?: string): void;
  /** Prints the result for machines; only with `--json`. */
  printJson(value: object): void;
  /** Writes to standard output as it is. */
  write(text: string): void;
  /** Says something beside the result. */
  note(line: string): void;
  /** Colours text, where a person looks on and `NO_COLOR` does not forbid it. */
  readonly style: (style: Style, text: string) => string;
}

export type Style = 'red' | 'green' | 'yellow' | 'blue' | 'dim' | 'bold';

export function createTerminal(json: boolean): Terminal {
  const { stdout, stderr } = process;
  return {
    json,
    live: stdout.isTTY && !json,
    // Some terminals do not say.
    rows: stdout.rows > 0 ? stdout.rows : 24,
    print(line = '') {
      if (!json) stdout.write(`${printable(line)}\n`);
    },
    printJson(value) {
      if (json) stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    write: (text) => void stdout.write(text),
    note: (line) => void stderr.write(`${printable(line)}\n`),
    style: (style, text) => styleText(style, text, { stream: stdout }),
  };
}

/** Whoever reads along has read enough, `head` for one: there is nobody left to write to, and nothing went wrong. */
export function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}
