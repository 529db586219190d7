import type { Command } from '@commander-js/extra-typings';
import { perform, performHere } from '../perform.ts';

/** `migrate`, `namespace`, `doctor`, `health` and `bench`: the database, what is in it, the server before it. */
export function addDatabaseCommands(program: Command): void {
  const migrate = program.command('migrate').description('bring the database up to date');
  migrate
    .command('up', { isDefault: true })
    .description('apply what is missing')
    .action((_, command) =>
      performHere(command, async (cli) => (await import('../commands/migrate-database.ts')).migrateDatabase(cli)),
    );
  migrate
    .command('status')
    .description('say what is applied and what is missing (exit code 1)')
    .action((_, command) =>
      performHere(command, async (cli) => (await import('../commands/migrate-database.ts')).showMigrations(cli)),
    );

  program
    .command('namespace')
    .description('namespaces: rooms for templates')
    .command('list')
    .description('list namespaces')
    .action((_, command) =>
      perform(command, async (cli) => (await import('../commands/list-namespaces.ts')).listNamespaces(cli)),
    );

  program
    .command('doctor')
    .description('look at everything that is needed: database, migrations, clock, server; and say what is configured')
    .action((_, command) =>
      perform(command, async (cli, named) => (await import('../commands/run-doctor.ts')).runDoctor(cli, named)),
    );

  program
    .command('health')
    .description('ask a server how it stands; exit code 1 when it is not well')
    .argument('[question]', 'live, ready or status', 'ready')
    .action((question, _, command) =>
      perform(command, async (cli) => (await import('../commands/ask-health.ts')).askHealth(cli, question)),
    );

  program
    .command('bench')
    .description('measure the database with tasks that do nothing, in a schema of its own that is dropped at the end')
    .option('--tasks <number>', 'how many', '1000')
    .option('--steps <number>', 'of each', '5')
    .option('--in-flight <number>', 'how many tasks at a time', '200')
    .option('--shape <shape>', 'linear or wide', 'linear')
    .action((options, command) =>
      performHere(command, async (cli) => (await import('../commands/run-bench.ts')).runBench(cli, options)),
    );
}
