import type { PlacedProblem } from './placed-problem.ts';
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
    problems.push(...malformed.map((written) => ({ place, ...malformedVariable(written) })));
    if (!elsewhere) problems.push(...missing.map((name) => ({ place, ...missingVariable(name) })));
    if (missing.length + malformed.length > 0) unmade.add(place);
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
  readonly malformed: readonly string[];
}

function expand(text: string, variables: Variables): Expansion {
  const missing: string[] = [];
  const malformed: string[] = [];
  const expanded = text.replaceAll(reference, (written, inner: string | undefined) => {
    if (written === '$${') return '${';
    const { name, fallback } = form.exec(inner ?? '')?.groups ?? {};
    if (name === undefined || fallback?.includes('${')) {
      malformed.push(written);
      return written;
    }
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (fallback !== undefined) return value || fallback;
    if (value === undefined) missing.push(name);
    return value ?? written;
  });
  return { text: expanded, missing, malformed };
}

const reference = /\$\$\{|\$\{(?:([^}]*)\})?/g;
const form = /^(?<name>[A-Za-z_]\w*)(?::-(?<fallback>.*))?$/s;

function missingVariable(name: string): { message: string; remedy: string } {
  return {
    message: `The variable \`${name}\` is not set.`,
    remedy: `Set it, or write what to use instead: \`\${${name}:-…}\`.`,
  };
}

function malformedVariable(written: string): { message: string; remedy: string } {
  return {
    message: `\`${written}\` is no variable.`,
    remedy: 'Write `${NAME}` or `${NAME:-default}`, or `$${` where the two characters themselves are meant.',
  };
}

/** Text that {@link expandVariables} turns into the given one. */
export function escapeVariables(text: string): string {
  return text.replaceAll('${', () => '$${');
}
