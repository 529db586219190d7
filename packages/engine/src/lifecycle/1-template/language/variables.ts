import { type PlacedProblem, shortened } from './placed-problem.ts';
import type { Place, Tree, TreeScalar } from './tree.ts';

/** Variables by name; those that are undefined are not set. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface VariableFindings {
  readonly problems: readonly PlacedProblem[];
  /** Values that could not be made. Nothing else about them is worth a report. */
  readonly unmade: ReadonlySet<Place>;
}

/**
 * Puts variables into the text values of a template: `${NAME}`, `${NAME:-default}` (for a variable that is not set, or
 * empty); `$${` stands for `${` itself. What only another environment says may use variables that are not set here.
 */
export function expandVariables(tree: Tree, variables: Variables | undefined, environment: string): VariableFindings {
  const problems: PlacedProblem[] = [];
  const unmade = new Set<Place>();
  if (variables === undefined) return { problems, unmade };
  visitScalars(tree, environment, [], (scalar, elsewhere) => {
    const { text, missing, malformed } = expand(String(scalar.value), variables);
    const { place } = scalar;
    if (malformed !== undefined) problems.push({ code: 'VARIABLE_MALFORMED', place, ...malformedVariable(malformed) });
    if (!elsewhere)
      problems.push(...missing.map((name) => ({ code: 'VARIABLE_NOT_SET' as const, place, ...missingVariable(name) })));
    if (malformed !== undefined || missing.length > 0) unmade.add(place);
    scalar.value = text;
    scalar.fromVariable = true;
  });
  return { problems, unmade };
}

function visitScalars(
  tree: Tree,
  environment: string,
  path: readonly string[],
  visit: (scalar: TreeScalar, elsewhere: boolean) => void,
): void {
  if (tree.kind === 'map') {
    for (const [key, value] of tree.entries)
      visitScalars(value, environment, path.length < 2 ? [...path, key] : path, visit);
  } else if (tree.kind === 'list') {
    for (const item of tree.items) visitScalars(item, environment, path, visit);
  } else if (typeof tree.value === 'string' && tree.value.includes('${')) {
    visit(tree, path[0] === 'environments' && path[1] !== environment);
  }
}

interface Expansion {
  readonly text: string;
  readonly missing: readonly string[];
  /** The first that is none. */
  readonly malformed: string | undefined;
}

/** Each character is looked at once or twice, however many variables are begun. */
function expand(text: string, variables: Variables): Expansion {
  const missing = new Set<string>();
  let made = '';
  let at = 0;
  for (let begin = text.indexOf('${'); begin !== -1; begin = text.indexOf('${', at)) {
    const isEscaped = begin > at && text[begin - 1] === '$';
    const end = isEscaped ? begin + 1 : text.indexOf('}', begin);
    const reference = isEscaped ? undefined : readReference(text.slice(begin + 2, end));
    if (!isEscaped && (end === -1 || reference === undefined)) {
      return { text, missing: [...missing], malformed: end === -1 ? '${' : text.slice(begin, end + 1) };
    }
    const value = reference === undefined ? '${' : valueOf(reference, variables);
    if (value === undefined && reference !== undefined) missing.add(reference.name);
    made += text.slice(at, isEscaped ? begin - 1 : begin) + (value ?? '');
    at = end + 1;
  }
  return { text: missing.size > 0 ? text : made + text.slice(at), missing: [...missing], malformed: undefined };
}

interface Reference {
  readonly name: string;
  readonly fallback: string | undefined;
}

function readReference(inner: string): Reference | undefined {
  const { name, fallback } = /^(?<name>[A-Za-z_]\w*)(?::-(?<fallback>.*))?$/s.exec(inner)?.groups ?? {};
  return name === undefined || fallback?.includes('${') ? undefined : { name, fallback };
}

function valueOf({ name, fallback }: Reference, variables: Variables): string | undefined {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return fallback === undefined ? value : value || fallback;
}

function missingVariable(name: string): { message: string; remedy: string } {
  return {
    message: `The variable \`${name}\` is not set.`,
    remedy: `Set it, or write what to use instead: \`\${${name}:-…}\`.`,
  };
}

function malformedVariable(written: string): { message: string; remedy: string } {
  return {
    message: `\`${shortened(written)}\` is no variable.`,
    remedy: 'Write `${NAME}` or `${NAME:-default}`, or `$${` where the two characters themselves are meant.',
  };
}

/** Text that {@link expandVariables} turns into the given one. */
export function escapeVariables(text: string): string {
  return text.replaceAll('${', () => '$${');
}
