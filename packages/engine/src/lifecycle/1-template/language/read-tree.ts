import type { TemplateDocument } from '@tasker/contract';
import { describeGraphProblem } from '../../../graph/describe-graph-problem.ts';
import { type GraphStep, graphProblems } from '../../../graph/graph-problems.ts';
import { normaliseTemplate } from '../template-document.ts';
import type { TemplateSource } from '../template-source.ts';
import { canonicalDialect } from './canonical-dialect.ts';
import { checkShape, hasShape } from './check-shape.ts';
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
  const isSource = isTemplateSource(source);
  const problems = [
    ...unset,
    ...[...shape.problems, ...canonical.problems].filter(({ place }) => !unmade.has(place)),
    ...graphProblemsOf(whole),
    ...(isSource ? contentProblems(source).map((problem) => placed(problem, whole)) : []),
  ];
  const warnings = [
    ...shape.warnings,
    ...canonical.warnings,
    ...(isSource ? contentWarnings(source).map((warning) => placed(warning, whole)) : []),
  ];
  if (problems.length > 0) return { problems, warnings, hints: [] };
  if (isSource) {
    const hints = contentHints(source).map((hint) => placed(hint, whole));
    return { document: normaliseTemplate(source), problems, warnings, hints };
  }
  return { problems: checkShape(whole, canonicalDialect.validate()).problems, warnings, hints: [] };
}

function isTemplateSource(data: unknown): data is TemplateSource {
  return hasShape(data, canonicalDialect.validate());
}

/** Of the graph, if every step has a name at least. */
function graphProblemsOf(template: Tree): PlacedProblem[] {
  const steps = entryOf(template, 'steps');
  const graph = itemsOf(steps).map(graphStep);
  if (steps?.kind !== 'list' || !graph.every((step) => step !== undefined)) return [];
  const suggest = createSuggest(graph.map(({ name }) => name));
  return graphProblems(graph).map((problem) => {
    const remedy = problem.kind === 'unknown_dependency' ? suggest(problem.missing) : {};
    return placed({ ...describeGraphProblem(problem), ...remedy }, template);
  });
}

function graphStep(step: Tree): GraphStep | undefined {
  const name = textOf(entryOf(step, 'name'));
  const dependencies = itemsOf(entryOf(step, 'dependencies')).map(textOf);
  return name !== undefined && dependencies.every((parent) => parent !== undefined)
    ? { name, dependencies }
    : undefined;
}
