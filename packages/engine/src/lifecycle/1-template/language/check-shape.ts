import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { pathOfPointer } from '../../../json/path.ts';
import { describeShapeError } from './describe-shape-error.ts';
import { type PlacedProblem, placed } from './placed-problem.ts';
import { nodeAt, type Place, type Tree, type TreeScalar, toData } from './tree.ts';

export interface ShapeFindings {
  readonly problems: readonly PlacedProblem[];
  /** Keys that are accepted and do nothing. */
  readonly warnings: readonly PlacedProblem[];
  /** What has no shape that a further check could use; where something is missing, the rest is as good as ever. */
  readonly misshapen: ReadonlySet<Place>;
}

/**
 * Holds a tree against the schema of a dialect: keys, types and ranges. Text that came out of a variable becomes a
 * number or a truth value where the schema wants one (in place).
 */
export function checkShape(tree: Tree, validate: ValidateFunction): ShapeFindings {
  const data = toData(tree);
  validate(data);
  const converted = (validate.errors ?? []).filter((error) => convert(error, tree, data));
  if (converted.length > 0) return checkShape(tree, validate);
  const problems: PlacedProblem[] = [];
  const warnings: PlacedProblem[] = [];
  const misshapen = new Set<Place>();
  for (const error of onePerPlace(validate.errors ?? []).slice(0, maxFindings)) {
    const finding = placed(describeShapeError(error, pathOfPointer(error.instancePath, data)), tree);
    (error.keyword === noEffect ? warnings : problems).push(finding);
    if (error.keyword !== noEffect && error.keyword !== 'required') misshapen.add(finding.place);
  }
  return { problems, warnings, misshapen };
}

/** Far more than anybody reads: a file of nothing but unknown keys shall not take minutes to describe. */
const maxFindings = 1_000;

/** @param schema JSON Schema with the annotations of `schema-parts.ts` */
export function compileShape(schema: AnySchemaObject): ValidateFunction {
  // The schema is ours, and tested: holding it against the schema of schemas would take longer than compiling it.
  const ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true, validateSchema: false });
  ajv.addKeyword({ keyword: noEffect, validate: (_words: unknown, value: unknown) => saysNothing(value) });
  return ajv.compile(schema);
}

/** Whether data has the shape, with or without keys that do nothing. */
export function hasShape(data: unknown, validate: ValidateFunction): boolean {
  return validate(data) || (validate.errors ?? []).every(({ keyword }) => keyword === noEffect);
}

/** Whether what is there has the shape; keys that must be there may be missing. */
export function mayHaveShape(data: unknown, validate: ValidateFunction): boolean {
  return (
    hasShape(data, validate) ||
    (validate.errors ?? []).every(({ keyword }) => keyword === noEffect || keyword === 'required')
  );
}

const noEffect = 'noEffect';

function saysNothing(value: unknown): boolean {
  return value == null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** A wrong type would be reported again by every other rule for the same value. */
function onePerPlace(errors: readonly ErrorObject[]): ErrorObject[] {
  const places = new Set<string>();
  return errors.filter(({ keyword, instancePath }) => {
    if (keyword === 'additionalProperties' || keyword === 'required' || keyword === noEffect) return true;
    if (places.has(instancePath)) return false;
    places.add(instancePath);
    return true;
  });
}

function convert(error: ErrorObject, tree: Tree, data: unknown): boolean {
  if (error.keyword !== 'type' && error.keyword !== 'enum') return false;
  const scalar = nodeAt(tree, pathOfPointer(error.instancePath, data));
  if (scalar?.kind !== 'scalar' || !scalar.fromVariable || typeof scalar.value !== 'string') return false;
  return become(scalar, scalar.value.trim(), [error.parentSchema?.type].flat());
}

function become(scalar: TreeScalar, text: string, types: readonly unknown[]): boolean {
  if (text === '' && types.includes('null')) scalar.value = null;
  else if (numberPattern.test(text) && (types.includes('number') || types.includes('integer')))
    scalar.value = Number(text);
  else if ((text === 'true' || text === 'false') && types.includes('boolean')) scalar.value = text === 'true';
  else return false;
  return true;
}

const numberPattern = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;
