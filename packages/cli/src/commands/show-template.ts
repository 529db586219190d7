import type { TemplateDocument } from '@tasker/contract';
import { drawRails } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { isFile, namedTemplate } from '../input/named-template.ts';
import { parseTemplateReference } from '../input/template-reference.ts';
import { layOut } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { withTasker } from '../session.ts';

export interface ShowTemplateOptions {
  /** Of a file: whose overrides are merged in. */
  readonly env?: string | undefined;
}

/** Prints a template that is registered, or one in a file. */
export async function showTemplate(cli: Cli, named: string, { env }: ShowTemplateOptions): Promise<ExitCode> {
  if (!isFile(named.replace(/#.*/s, ''))) return showRegistered(cli, named);
  const document = await namedTemplate(cli, named, env);
  const { namespace_name: namespace, name, version, steps } = document;
  cli.terminal.printJson({
    namespace,
    name,
    version,
    full_name: `${namespace}.${name}@${version}`,
    revision: null,
    registered_at: null,
    steps: steps.map((step) => step.name),
    document,
  });
  printTemplate(cli.terminal, document, '');
  return exitCodes.done;
}

async function showRegistered(cli: Cli, reference: string): Promise<ExitCode> {
  const { namespace, name, version } = parseTemplateReference(reference);
  return withTasker(cli, async (tasker) => {
    const { template } = await tasker.templates.show({ namespace, name, version });
    const { revision, document } = template;
    cli.terminal.printJson({
      namespace,
      name,
      version: template.version,
      full_name: template.full_name,
      revision,
      registered_at: template.revisions[0]?.registered_at ?? null,
      steps: document.steps.map((step) => step.name),
      document,
    });
    printTemplate(cli.terminal, document, revision === 1 ? '' : `, revision ${revision}`);
    return exitCodes.done;
  });
}

function printTemplate(terminal: Terminal, document: TemplateDocument, again: string): void {
  const { namespace_name: namespace, name, version } = document;
  terminal.print(`${terminal.style('bold', `${namespace}/${name}@${version}`)}${again}`);
  if (document.description !== undefined) terminal.print(document.description);
  terminal.print(terminal.style('dim', `identity ${document.identity_strategy}`));
  terminal.print();
  for (const line of layOut(stepRows(document))) terminal.print(line);
}

function stepRows({ steps }: TemplateDocument): string[][] {
  const sorted = parentsFirst(steps);
  const positions = new Map(sorted.map(({ name }, position) => [name, position]));
  const children = sorted.map(({ name }) =>
    sorted.flatMap((other) => (other.dependencies.includes(name) ? (positions.get(other.name) ?? []) : [])),
  );
  const drawn = drawRails(children.map((each) => ({ children: each })));
  const lines = drawn ?? sorted.map((_, step) => ({ step, before: '', after: '' }));
  return lines.map(({ step: position, before, after }) => {
    const step = position === undefined ? undefined : sorted[position];
    if (step === undefined) return [before];
    const { retry, timeout_seconds, handler, dependencies } = step;
    const attempts = retry.retryable ? retry.max_attempts : 1;
    return [
      `${before}●${after}`,
      step.name,
      handler.callable,
      `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, ${timeout_seconds} s each`,
      ...(drawn === undefined && dependencies.length > 0 ? [`after ${dependencies.join(', ')}`] : []),
    ];
  });
}

/** A template may list its steps in any order. */
function parentsFirst(steps: TemplateDocument['steps']): TemplateDocument['steps'] {
  const sorted: TemplateDocument['steps'][number][] = [];
  const placed = new Set<string>();
  while (sorted.length < steps.length) {
    const next = steps.find(
      ({ name, dependencies }) => !placed.has(name) && dependencies.every((each) => placed.has(each)),
    );
    if (next === undefined) throw new Error('the template has a cycle');
    sorted.push(next);
    placed.add(next.name);
  }
  return sorted;
}
