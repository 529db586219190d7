import type { Command } from '@commander-js/extra-typings';

/** A command that is kept in history with who gave it and why. */
export function noted(command: Command, description: string) {
  return command
    .description(description)
    .option('--reason <text>', 'why, for history')
    .option('--actor <name>', 'who, for history (default: your user name)');
}
