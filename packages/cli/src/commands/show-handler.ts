import type { HandlerDetail } from '@tasker/contract/wire';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { parseTemplateReference } from '../input/template-reference.ts';
import { counted } from '../output/counted.ts';
import { layOut } from '../output/table.ts';
import { withTasker } from '../session.ts';

/** Prints what can be submitted under a name, and whether workers can run it now. */
export async function showHandler(cli: Cli, reference: string): Promise<ExitCode> {
  const { terminal } = cli;
  const wanted = parseTemplateReference(reference);
  return withTasker(cli, async (tasker) => {
    const answer = await tasker.handlers.show({ ...wanted });
    terminal.printJson(answer);
    const { handler } = answer;
    const { namespace, name, version, available, missing_handlers: missing, input_schema: input } = handler;
    terminal.print(terminal.style('bold', `${namespace}/${name}@${version}`));
    terminal.print(
      available
        ? terminal.style('green', 'Workers can run it now.')
        : terminal.style('yellow', `No worker that is running has ${missing.join(', ')}.`),
    );
    terminal.print(terminal.style('dim', `context ${input === null ? 'anything' : JSON.stringify(input)}`));
    terminal.print();
    const header = ['STEP', 'HANDLER', 'AT MOST', 'RUNS AFTER'].map((title) => terminal.style('dim', title));
    for (const line of layOut([header, ...handler.step_templates.map(row)])) terminal.print(line);
    return exitCodes.done;
  });
}

function row(step: HandlerDetail['step_templates'][number]): string[] {
  const { name, handler_class: handler, default_retryable: retryable, default_retry_limit: limit } = step;
  return [name, handler, counted(retryable ? limit : 1, 'attempt'), step.depends_on_steps.join(', ')];
}
