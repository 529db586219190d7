import type { Violation } from '@tasker/contract';
import { nearestName } from '@tasker/engine';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import { InvalidInput } from '../errors.ts';

/**
 * Input that fits its schema, with defaults filled in; what was given stays as it is.
 *
 * @throws {InvalidInput} with every violation
 */
export function checkInput<Schema extends TSchema>(schema: Schema, given: unknown): Static<Schema> {
  const validate = validatorOf<Static<Schema>>(schema);
  const input: unknown = isObject(given) ? copyOf(given) : given;
  if (!validate(input)) throw new InvalidInput(violationsOf(validate.errors ?? [], schema));
  const unstorable = unstorableTexts(input);
  if (unstorable.length > 0) throw new InvalidInput(unstorable);
  return input;
}

/** Defaults stand on the first level only. Node 20 gives what `{ ...given }` makes a class of its own when it is added to. */
function copyOf(given: object): object {
  const copy = {};
  return Object.assign(copy, given);
}

const ajv = new Ajv2020({ strict: true, allErrors: true, useDefaults: true });
formats.default(ajv);

const validators = new WeakMap<TSchema, ValidateFunction>();

/** The one place where a schema is believed to check what its type says. */
function validatorOf<Input>(schema: TSchema): ValidateFunction<Input>;
function validatorOf(schema: TSchema): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const made = ajv.compile(schema);
  validators.set(schema, made);
  return made;
}

/** One per place: what follows from another violation is no news. */
function violationsOf(errors: readonly ErrorObject[], schema: TSchema): Violation[] {
  const byPlace = new Map<string, Violation>();
  for (const error of errors) {
    const violation = violationOf(error, schema);
    if (!byPlace.has(violation.path)) byPlace.set(violation.path, violation);
    if (byPlace.size >= mostViolations) break;
  }
  return [...byPlace.values()];
}

/** More than anybody reads. */
const mostViolations = 100;

function violationOf(error: ErrorObject, schema: TSchema): Violation {
  const place = pathOf(error.instancePath);
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case 'required':
      return { path: join(place, String(params['missingProperty'])), message: 'is required' };
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      return { path: join(place, name), message: unknownProperty(name, place === '' ? propertyNames(schema) : []) };
    }
    case 'enum':
      return { path: place, message: `must be one of ${listed(params['allowedValues'])}` };
    case 'format':
      return {
        path: place,
        message: formatMessages.get(String(params['format'])) ?? `must be a ${String(params['format'])}`,
      };
    default:
      return { path: place, message: error.message ?? 'is not allowed' };
  }
}

/** Texts that PostgreSQL cannot hold would fail in the middle of a query; JSON inside the input is checked where it is kept. */
function unstorableTexts(input: unknown): Violation[] {
  if (!isObject(input)) return [];
  const violations: Violation[] = [];
  for (const path of Object.keys(input)) {
    const value: unknown = Reflect.get(input, path);
    const isUnstorable = Array.isArray(value) ? value.some(holdsUnstorable) : holdsUnstorable(value);
    if (isUnstorable) violations.push({ path, message: 'has a character that PostgreSQL cannot store' });
  }
  return violations;
}

const holdsUnstorable = (text: unknown) => typeof text === 'string' && unstorable.test(text);

const unstorable = /\0|\p{Surrogate}/u;

const formatMessages: ReadonlyMap<string, string> = new Map([
  ['uuid', 'must be a UUID'],
  ['date-time', 'must be a time such as 2026-11-20T14:00:00Z'],
]);

function unknownProperty(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'is not known here: nothing more is taken';
  const nearest = nearestName(name, known);
  return nearest === undefined
    ? `is not known here; known are ${known.join(', ')}`
    : `is not known here; did you mean \`${nearest}\`?`;
}

function propertyNames(schema: TSchema): string[] {
  const properties: unknown = Reflect.get(schema, 'properties');
  return isObject(properties) ? Object.keys(properties) : [];
}

/** `/tags/0` as `tags[0]`. */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : join(path, part)), '');
}

const join = (path: string, part: string) => (path === '' ? part : `${path}.${part}`);

const listed = (values: unknown) => (Array.isArray(values) ? values.join(', ') : String(values));

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
