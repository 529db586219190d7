import type { Terminal } from './output/terminal.ts';

/** What every command is given besides its own arguments. */
export interface Cli {
  readonly terminal: Terminal;
  /** Where the engine's database is. */
  readonly database: string;
  readonly verbose: boolean;
}
