import { migrate, migrationStatus } from '@tasker/engine/migrate';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { formatTime } from '../output/time.ts';
import { refuseMissingFolder, withAnyDatabase } from '../session.ts';

export async function migrateDatabase(cli: Cli): Promise<ExitCode> {
  return withAnyDatabase(cli, async (db) => {
    const applied = await migrate(db);
    cli.terminal.printJson({ applied: applied.map(({ version, name }) => ({ version, name })) });
    for (const { version, name } of applied) cli.terminal.print(`Applied ${number(version)} ${name}.`);
    cli.terminal.print(applied.length === 0 ? 'The database was up to date.' : 'The database is up to date.');
    return exitCodes.done;
  });
}

/** Ends 1 when migrations are missing, so that a deployment can ask. */
export async function showMigrations(cli: Cli): Promise<ExitCode> {
  refuseMissingFolder(cli.database);
  return withAnyDatabase(cli, async (db) => {
    const { applied, pending } = await migrationStatus(db);
    cli.terminal.printJson({
      applied: applied.map(({ version, name, appliedAt }) => ({ version, name, applied_at: appliedAt.toISOString() })),
      pending: pending.map(({ version, name }) => ({ version, name })),
    });
    for (const { version, name, appliedAt } of applied) {
      cli.terminal.print(`${number(version)} ${name}, applied ${formatTime(appliedAt)}`);
    }
    for (const { version, name } of pending) {
      cli.terminal.print(`${number(version)} ${name}, ${cli.terminal.style('yellow', 'missing')}`);
    }
    if (pending.length === 0) return exitCodes.done;
    cli.terminal.note('tasker: The database is not up to date. Run `tasker migrate`.');
    return exitCodes.failed;
  });
}

function number(version: number): string {
  return String(version).padStart(4, '0');
}
