import { drawRails, listTemplates, type TemplateDocument, TemplateNotFound, type TemplateView } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { parseTemplateReference } from '../input/template-reference.ts';
import { layOut } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { jsonOf, templateJson } from '../output/wire.ts';
import { withDatabase } from '../session.ts';

export async function showTemplate(cli: Cli, reference: string): Promise<ExitCode> {
  const { namespace, name, version } = parseTemplateReference(reference);
  return withDatabase(cli, async (db) => {
    const exact = version === 'latest' ? undefined : version;
    const [template] = await listTemplates(db, { namespace, name, version: exact });
    if (template === undefined) throw new TemplateNotFound(namespace, name, version ?? 'latest');
    cli.terminal.printJson({ ...templateJson(template), document: jsonOf(template.document) });
    printTemplate(cli.terminal, template);
    return exitCodes.done;
  });
}

function printTemplate(terminal: Terminal, { namespace, name, version, revision, document }: TemplateView): void {
  const again = revision === 1 ? '' : `, revision ${revision}`;
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
