import type { TemplateDocument } from '@tasker/contract';
import { describeGraphProblem } from '../../../graph/describe-graph-problem.ts';
import { type GraphStep, graphProblems } from '../../../graph/graph-problems.ts';
import { normaliseTemplate } from '../template-document.ts';
import type { TemplateSketch, TemplateSource } from '../template-source.ts';
import { canonicalDialect } from './canonical-dialect.ts';
import { checkShape, hasShape, mayHaveShape } from './check-shape.ts';
import { chooseDialect } from './choose-dialect.ts';
import { contentHints } from './content-hints.ts';
import { contentProblems, contentWarnings } from './content-problems.ts';
import { createSuggest } from './nearest-name.ts';
import { type PlacedProblem, placed } from './placed-problem.ts';
import { entryOf, itemsOf, type Tree, textOf, toData, withoutPlaces } from './tree.ts';
import { expandVariables, type Variables } from './variables.ts';

export interface TreeReading {
  /** Absent when there are problems. */
  readonly document?: TemplateDocument;
  readonly problems: readonly PlacedProblem[];
  /** Keys that are accepted and do nothing, and the like. */
  readonly warnings: readonly PlacedProblem[];
  /** What is sound, and worth a second look. */
  readonly hints: readonly PlacedProblem[];
}

export interface TreeOptions {
  /** Whose overrides are merged in. */
  readonly environment: string;
  /** What `${NAME}` stands for; undefined: for itself. */
  readonly variables: Variables | undefined;
}

/**
 * Makes a template of a tree, or finds everything that is wrong with it: each check goes on with what the one before
 * it left whole. The tree is used up.
 */
export function readTree(tree: Tree, { environment, variables }: TreeOptions): TreeReading {
  const { problems: unset, unmade } = expandVariables(tree, variables, environment);
  const dialect = chooseDialect(tree);
  const shape = checkShape(tree, dialect.validate());
  const canonical = dialect.canonicalise(tree, environment);
  const whole = withoutPlaces(canonical.template, new Set([...unmade, ...shape.misshapen]));
  const source = toData(whole);
  const problems = [
    ...unset,
    ...[...shape.problems, ...canonical.problems].filter(({ place }) => !unmade.has(place)),
    ...graphProblemsOf(whole, canonical.template),
    ...(isTemplateSketch(source) ? contentProblems(source).map((problem) => placed(problem, whole)) : []),
  ];
  const warnings = [
    ...shape.warnings,
    ...canonical.warnings,
    ...(isTemplateSketch(source) ? contentWarnings(source).map((warning) => placed(warning, whole)) : []),
  ];
  if (problems.length > 0) return { problems, warnings, hints: [] };
  if (isTemplateSource(source)) {
    const hints = contentHints(source).map((hint) => placed(hint, whole));
    return { document: normaliseTemplate(source), problems, warnings, hints };
  }
  return { problems: checkShape(whole, canonicalDialect.validate()).problems, warnings, hints: [] };
}

function isTemplateSource(data: unknown): data is TemplateSource {
  return hasShape(data, canonicalDialect.validate());
}

function isTemplateSketch(data: unknown): data is TemplateSketch {
  return mayHaveShape(data, canonicalDialect.validate());
}

/** Of the graph. What a step without a name is called in others is not known, nor whether there is none. */
function graphProblemsOf(template: Tree, asWritten: Tree): PlacedProblem[] {
  const steps = entryOf(template, 'steps');
  if (steps?.kind !== 'list' || (steps.items.length === 0 && itemsOf(entryOf(asWritten, 'steps')).length > 0))
    return [];
  const graph = steps.items.map(graphStep);
  const isComplete = steps.items.length === itemsOf(entryOf(asWritten, 'steps')).length && steps.items.every(hasName);
  const suggest = createSuggest(graph.map(({ name }) => name));
  return graphProblems(graph).flatMap((problem) => {
    if (problem.kind === 'unknown_dependency' && !isComplete) return [];
    const remedy = problem.kind === 'unknown_dependency' ? suggest(problem.missing) : {};
    return [placed({ ...describeGraphProblem(problem), ...remedy }, template)];
  });
}

function hasName(step: Tree): boolean {
  return textOf(entryOf(step, 'name')) !== undefined;
}

function graphStep(step: Tree, index: number): GraphStep {
  const dependencies = itemsOf(entryOf(step, 'dependencies')).flatMap((parent) => textOf(parent) ?? []);
  // A name that nobody can write
  return { name: textOf(entryOf(step, 'name')) ?? `\0${index}`, dependencies };
}
