import type { TemplateDocument, TemplateProblem } from '@tasker/contract';
import { InvalidTemplate } from '../../errors.ts';
import { parseJson } from '../../json/parse.ts';
import { formatPath } from '../../json/path.ts';
import { serialiseJson } from '../../json/serialise.ts';
import { currentEnvironment } from './language/environment.ts';
import { toTemplateProblem } from './language/placed-problem.ts';
import { readTree } from './language/read-tree.ts';
import { treeOfData } from './language/tree-of-data.ts';

/** The largest template accepted, as JSON with every default written out: some ten thousand steps. */
export const maxDocumentBytes = 16_777_216;

export interface ReadTemplateOptions {
  /** Whose overrides (`environments`) are merged in. Default: `TASKER_ENV`, else `development`. */
  readonly environment?: string;
}

/** What there is to say about a template. */
export interface TemplateFindings {
  /** Absent when there are problems. */
  readonly document?: TemplateDocument;
  readonly problems: readonly TemplateProblem[];
  /** What is accepted and does nothing. */
  readonly warnings: readonly TemplateProblem[];
  /** What is sound, and worth a second look. */
  readonly hints: readonly TemplateProblem[];
}

/**
 * Makes a template of data from outside: a request body, or a document that was stored. Any dialect will do; variables
 * are not expanded, because what is sent from elsewhere must not read the environment of this process. Applied to a
 * TemplateDocument it checks it and returns an equal one.
 *
 * @throws {InvalidTemplate} with every problem at once
 */
export function readTemplate(raw: unknown, options: ReadTemplateOptions = {}): TemplateDocument {
  const { document, problems } = examineTemplate(raw, options);
  if (document === undefined) throw new InvalidTemplate(problems);
  return document;
}

/** {@link readTemplate} for callers that want warnings as well, and problems without a throw. */
export function examineTemplate(raw: unknown, options: ReadTemplateOptions = {}): TemplateFindings {
  const serialised = serialiseJson(raw, maxDocumentBytes);
  if (!serialised.ok) {
    const { path, reason } = serialised.problem;
    return {
      problems: [{ code: 'NOT_STORABLE', path: formatPath(path), message: `This ${reason}.` }],
      warnings: [],
      hints: [],
    };
  }
  const environment = options.environment ?? currentEnvironment();
  const reading = readTree(treeOfData(parseJson(serialised.text)), { environment, variables: undefined });
  return {
    ...reading,
    problems: reading.problems.map(toTemplateProblem),
    warnings: reading.warnings.map(toTemplateProblem),
    hints: reading.hints.map(toTemplateProblem),
  };
}
