import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';

/** Lines at the end of the terminal that are drawn again and again in the same place. */
export interface LiveArea {
  draw(lines: readonly string[]): void;
  /** Leaves what was drawn last. */
  end(): void;
}

const escape = '\u001B[';
const hideCursor = `${escape}?25l`;
const showCursor = `${escape}?25h`;
/** A line that is longer than the terminal is wide would take two, and the way back up would be wrong. */
const noWrap = `${escape}?7l`;
const wrap = `${escape}?7h`;

export function openLiveArea(terminal: Pick<Terminal, 'rows' | 'write'>): LiveArea {
  let drawn = 0;
  let open = true;
  const restore = () => {
    if (open) terminal.write(wrap + showCursor);
    open = false;
  };
  // Also when the person has seen enough and presses Ctrl-C.
  process.once('exit', restore);
  const interrupt = () => process.exit(130);
  process.once('SIGINT', interrupt);
  terminal.write(noWrap + hideCursor);
  return {
    draw(lines) {
      const all = lines.flatMap((line) => printable(line).split('\n'));
      const shown = all.slice(-Math.max(1, terminal.rows - 1));
      const up = drawn === 0 ? '' : `${escape}${drawn}A`;
      terminal.write(`${up}\r${escape}J${shown.map((line) => `${line}\n`).join('')}`);
      drawn = shown.length;
    },
    end() {
      restore();
      process.off('exit', restore);
      process.off('SIGINT', interrupt);
    },
  };
}
