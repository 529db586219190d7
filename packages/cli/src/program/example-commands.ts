import type { Command } from '@commander-js/extra-typings';
import { performHere } from '../perform.ts';

/** `demo` and `example`: to see it work. */
export function addExampleCommands(program: Command): void {
  program
    .command('demo')
    .description('run one order to completion, with a payment time-out on the way')
    .action((_, command) =>
      performHere(command, async (cli, { database }) => {
        const { demoDatabase, runDemo } = await import('../commands/run-demo.ts');
        return runDemo({ ...cli, database: database ?? demoDatabase });
      }),
    );

  const example = program.command('example').description('the examples of the repository, on simulated services');
  example
    .command('list')
    .description('list what can be run')
    .action((_, command) =>
      performHere(command, async (cli) => (await import('../commands/list-examples.ts')).listExamples(cli)),
    );
  example
    .command('run')
    .description('run one to its end and watch it')
    .argument('<name>', 'as listed')
    .option('--fail <where>', 'STEP, STEP:ERROR or STEP:ERROR:TIMES: what is to go wrong, by default a timeout, once')
    .action((name, options, command) =>
      performHere(command, async (cli, { database }) => {
        const { exampleDatabase, runExample } = await import('../commands/run-example.ts');
        return runExample({ ...cli, database: database ?? exampleDatabase }, name, options);
      }),
    );
}
