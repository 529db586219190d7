import type { LogLevel, TaskerConfig } from '@tasker/engine';
import type { Terminal } from './output/terminal.ts';

/** What every command is given besides its own arguments. */
export interface Cli {
  readonly terminal: Terminal;
  readonly config: TaskerConfig;
  /** Where the engine's database is. */
  readonly database: string;
  /** Whom to ask in place of the database; undefined: nobody. */
  readonly server: NamedServer | undefined;
  readonly verbose: boolean;
  /** What is logged at least, where that is configured. */
  readonly logLevel: LogLevel | undefined;
}

export interface NamedServer {
  readonly url: string;
  readonly token: string | undefined;
}
