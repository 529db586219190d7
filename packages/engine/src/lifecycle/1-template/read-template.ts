import type { TemplateDocument } from '@tasker/contract';
import semver from 'semver';
import { InvalidTemplate } from '../../errors.ts';
import { describeGraphProblem } from '../../graph/describe-graph-problem.ts';
import { type GraphStep, graphProblems } from '../../graph/graph-problems.ts';
import { compileSchema } from '../../json/schema.ts';
import { serialiseJson } from '../../json/serialise.ts';
import { readCanonicalDialect } from './canonical-dialect.ts';
import { normaliseTemplate, type StepSource, type TemplateSource } from './template-document.ts';
import { type LocatedProblem, toTemplateProblem } from './template-problem.ts';

/** The largest template accepted, as JSON with every default written out: some ten thousand steps. */
const maxDocumentBytes = 16_777_216;

/**
 * Makes a template of data from outside: a request body, a parsed file, or a document that was stored. Applied to a
 * TemplateDocument it checks it and returns an equal one.
 *
 * @throws {InvalidTemplate} with every problem at once
 */
export function readTemplate(raw: unknown): TemplateDocument {
  const examined = examineTemplate(raw);
  if (!examined.ok) throw new InvalidTemplate(examined.problems.map(toTemplateProblem));
  return examined.document;
}

export type Examination =
  | { readonly ok: true; readonly document: TemplateDocument }
  | { readonly ok: false; readonly problems: readonly LocatedProblem[] };

/** {@link readTemplate} for callers that know where in a text each problem is. */
export function examineTemplate(raw: unknown): Examination {
  const serialised = serialiseJson(raw, maxDocumentBytes);
  if (!serialised.ok) {
    const { path, reason } = serialised.problem;
    return { ok: false, problems: [{ path, message: `This ${reason}.` }] };
  }
  const reading = readCanonicalDialect(raw);
  const problems = reading.ok
    ? [...graphProblemsOf(reading.source.steps, raw), ...contentProblems(reading.source)]
    : [...reading.problems, ...graphProblemsOf(readableSteps(raw), raw)];
  if (!reading.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, document: normaliseTemplate(reading.source) };
}

function graphProblemsOf(steps: readonly (GraphStep | StepSource)[] | undefined, raw: unknown): LocatedProblem[] {
  const graph = steps?.map(({ name, dependencies }) => ({ name, dependencies: dependencies ?? [] }));
  return graph === undefined
    ? []
    : graphProblems(graph).map((problem) => asWritten(describeGraphProblem(problem), raw));
}

/** The place of a problem under the name that the author used for the key. */
function asWritten(problem: LocatedProblem, raw: unknown): LocatedProblem {
  const [steps, index, key, ...rest] = problem.path;
  if (steps !== 'steps' || index === undefined || key !== 'dependencies') return problem;
  const step = property(property(raw, steps), String(index));
  return property(step, 'dependencies') == null ? { ...problem, path: [steps, index, 'depends_on', ...rest] } : problem;
}

/** Of a template with other mistakes, the graph, if every step has a name and a list of dependencies at least. */
function readableSteps(raw: unknown): GraphStep[] | undefined {
  const steps: unknown = property(raw, 'steps');
  if (!Array.isArray(steps)) return undefined;
  const readable = steps.map((step: unknown) => ({
    name: property(step, 'name'),
    dependencies: property(step, 'dependencies') ?? property(step, 'depends_on') ?? [],
  }));
  return readable.every(isGraphStep) ? readable : undefined;
}

function isGraphStep(step: { name: unknown; dependencies: unknown }): step is { name: string; dependencies: string[] } {
  const { name, dependencies } = step;
  return (
    typeof name === 'string' && Array.isArray(dependencies) && dependencies.every((each) => typeof each === 'string')
  );
}

function property(of: unknown, key: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined;
}

function contentProblems(source: TemplateSource): LocatedProblem[] {
  return [
    ...versionProblems(source.version),
    ...schemaProblems(source.input_schema, ['input_schema']),
    ...source.steps.flatMap((step, index) => [
      ...schemaProblems(step.result_schema, ['steps', index, 'result_schema']),
      ...backoffProblems(step, index),
    ]),
  ];
}

function versionProblems(version: string | null | undefined): LocatedProblem[] {
  // Equal to its own normal form: no leading `v`, no spaces, and no build metadata, by which versions cannot be ordered.
  if (version == null || semver.valid(version) === version) return [];
  return [
    {
      path: ['version'],
      message: `\`version\` must be a semantic version, and is ${JSON.stringify(version)}.`,
      remedy: 'Write three numbers (1.0.0), with a pre-release tag after a hyphen if you need one.',
    },
  ];
}

function schemaProblems(schema: TemplateSource['input_schema'], path: LocatedProblem['path']): LocatedProblem[] {
  if (schema == null) return [];
  try {
    compileSchema(schema);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ path, message: `\`${path.at(-1)}\` is not a valid JSON Schema: ${reason}.` }];
  }
}

function backoffProblems({ retry }: StepSource, index: number): LocatedProblem[] {
  const path = ['steps', index, 'retry'];
  const isTable = retry?.backoff === 'table';
  const hasTable = retry?.backoff_table_ms != null;
  if (isTable && !hasTable) {
    return [{ path, message: '`backoff: table` needs its waits.', remedy: 'List them in `backoff_table_ms`.' }];
  }
  if (!isTable && hasTable) {
    return [
      {
        path: [...path, 'backoff_table_ms'],
        atKey: true,
        message: '`backoff_table_ms` has no effect unless `backoff` is `table`.',
      },
    ];
  }
  return [];
}
