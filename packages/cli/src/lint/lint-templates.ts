import type { TemplateProblem } from '@tasker/contract';
import { type LoadedTemplate, loadTemplates } from '@tasker/engine';
import type { Finding } from './rules.ts';

/**
 * Everything there is to say about templates in files.
 *
 * @param handlerNames of the handlers that were read together with them; undefined: none were
 */
export async function lintTemplates(
  files: readonly string[],
  handlerNames: ReadonlySet<string> | undefined,
): Promise<Finding[]> {
  if (files.length === 0) return [];
  const { templates, problems, warnings, hints } = await loadTemplates(files);
  return [
    ...problems.map((problem) => findingOf(problem, 'error')),
    ...warnings.map((problem) => findingOf(problem, 'warning')),
    ...hints.map((problem) => findingOf(problem, 'hint')),
    ...templates.flatMap(undescribed),
    ...(handlerNames === undefined ? [] : templates.flatMap((template) => unserved(template, handlerNames))),
  ];
}

function findingOf(
  { file, line, column, code, message, remedy }: TemplateProblem,
  severity: Finding['severity'],
): Finding {
  return { file: file ?? '', line: line ?? 1, column: column ?? 1, rule: code, severity, why: message, remedy };
}

function undescribed({ document, file, line, column }: LoadedTemplate): Finding[] {
  const finding = { file, line, column, severity: 'hint' } as const;
  const { description, input_schema: schema, name } = document;
  return [
    ...(description === undefined
      ? [
          {
            ...finding,
            rule: 'described',
            why: `Nothing says what ${name} is for.`,
            remedy: 'Give it a `description`.',
          },
        ]
      : []),
    ...(schema === undefined
      ? [
          {
            ...finding,
            rule: 'input-schema',
            why: `${name} takes any context, and its handlers find out later.`,
            remedy: 'Give it an `input_schema`: what does not fit is refused where it is submitted.',
          },
        ]
      : []),
  ];
}

/** Callables that name a module are found by their path. */
function unserved({ document, file, line, column }: LoadedTemplate, handlerNames: ReadonlySet<string>): Finding[] {
  const callables = new Set(document.steps.map(({ handler }) => handler.callable));
  return [...callables].flatMap((callable) =>
    callable.includes('#') || handlerNames.has(callable)
      ? []
      : [
          {
            file,
            line,
            column,
            rule: 'handler-registered',
            severity: 'hint',
            why: `No handler named \`${callable}\` is in the files that were read.`,
            remedy: 'Name the file it is in, too; or it is somewhere else, and all is well.',
          } as const,
        ],
  );
}
