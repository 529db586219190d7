import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { InvalidTemplate, loadTemplates, type TemplateDocument } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { UsageError } from '../exit.ts';
import { withTasker } from '../session.ts';
import { parseTemplateReference } from './template-reference.ts';

/**
 * The template that somebody names: a file (`orders.yaml`, or `orders.yaml#name` where it holds several), or one that
 * is registered (`namespace/name`, `namespace/name@1.0.0`, or `namespace/name@1.0.0#2` for a revision).
 *
 * @param environment whose overrides are merged into what a file says
 */
export async function namedTemplate(
  cli: Cli,
  named: string,
  environment = cli.config.environment,
): Promise<TemplateDocument> {
  const [, place = named, part] = /^(.*?)(?:#([^#]*))?$/s.exec(named) ?? [];
  return isFile(place) ? templateInFile(place, part, environment) : registeredTemplate(cli, place, part);
}

/** Whether it names a file, be it there or not, rather than what is registered. */
export function isFile(named: string): boolean {
  return existsSync(named) || ['.yaml', '.yml', '.json'].includes(extname(named).toLowerCase());
}

async function templateInFile(file: string, name: string | undefined, environment: string): Promise<TemplateDocument> {
  const { templates, problems } = await loadTemplates([file], { environment });
  if (problems.length > 0) throw new InvalidTemplate(problems);
  const documents = templates.map(({ document }) => document);
  const matching = documents.filter((document) => name === undefined || document.name === name);
  const [document, another] = matching;
  if (document !== undefined && another === undefined) return document;
  const names = documents.map((each) => `${file}#${each.name}`).join(', ');
  throw new UsageError(
    document === undefined
      ? `There is no template ${name === undefined ? '' : `\`${name}\` `}in ${file}. ${names === '' ? '' : `Say one of ${names}.`}`.trim()
      : `${file} holds ${matching.length} templates. Say which: ${names}.`,
  );
}

async function registeredTemplate(cli: Cli, named: string, part: string | undefined): Promise<TemplateDocument> {
  const { namespace, name, version } = parseTemplateReference(named);
  if (part !== undefined && !/^[1-9]\d*$/.test(part)) {
    throw new UsageError(`A revision is a number behind #, like namespace/name@1.0.0#2, not #${part}.`);
  }
  return withTasker(cli, async (tasker) => {
    const revision = part === undefined ? undefined : Number(part);
    const { template } = await tasker.templates.show({ namespace, name, version, revision });
    return template.document;
  });
}
