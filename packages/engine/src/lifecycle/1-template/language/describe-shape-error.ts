import type { ErrorObject } from 'ajv/dist/2020.js';
import type { JsonPath } from '../../../json/path.ts';
import { nearestName } from './nearest-name.ts';
import { type PathProblem, shortened } from './placed-problem.ts';

/** What a schema error means to the author of a template. */
export function describeShapeError(error: ErrorObject, path: JsonPath): PathProblem {
  const params: Readonly<Record<string, unknown>> = error.params;
  const what = nameOf(path);
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, String(params.additionalProperty), path);
    case 'required':
      return { code: 'MISSING_KEY', path, message: `\`${String(params.missingProperty)}\` is missing.` };
    case 'noEffect':
      return { code: 'NO_EFFECT', path, atKey: true, message: `${what} ${String(error.schema)}.` };
    case 'enum':
      return wrongWord(error, path, what);
    case 'type':
      return wrongType(error, path, what);
    case 'pattern':
      return {
        code: valueCode(path, error.keyword),
        path,
        message: `${what} ${hintOf(error)}, and is ${quoted(error.data)}.`,
      };
    case 'minLength':
    case 'maxLength':
      return wrongLength(error, path, what);
    default:
      return {
        code: valueCode(path, error.keyword),
        path,
        message: `${what} ${error.message ?? 'is not allowed'}, and is ${quoted(error.data)}.`,
      };
  }
}

/** Two faults are frequent enough to have a word of their own. */
function valueCode(path: JsonPath, keyword: string): PathProblem['code'] {
  if (path.at(-1) === 'callable' && keyword !== 'maxLength') return 'EMPTY_CALLABLE';
  return path.at(-1) === 'namespace_name' && keyword === 'maxLength' ? 'NAMESPACE_TOO_LONG' : 'WRONG_VALUE';
}

/** How a message calls what is at the path: by its key, or the key of the list it stands in. */
function nameOf(path: JsonPath): string {
  const key = path.findLast((segment) => typeof segment === 'string');
  if (key === undefined) return 'The template';
  return typeof path.at(-1) === 'number' ? `An item of \`${key}\`` : `\`${key}\``;
}

function unknownKey(error: ErrorObject, key: string, path: JsonPath): PathProblem {
  const place = {
    code: 'UNKNOWN_KEY' as const,
    path: [...path, key],
    atKey: true,
    message: `Unknown key \`${shortened(key)}\`.`,
  };
  const { properties, elsewhere, refused }: Readonly<Record<string, unknown>> = error.parentSchema ?? {};
  const why = isRecord(refused) ? refused[key] : undefined;
  if (typeof why === 'string') return { ...place, message: `\`${key}\` has no place here.`, remedy: why };
  const moved = isRecord(elsewhere) ? elsewhere[key] : undefined;
  if (typeof moved === 'string') return { ...place, remedy: `In this dialect it is \`${moved}\`.` };
  const nearest = nearestName(key, isRecord(properties) ? Object.keys(properties) : []);
  return nearest === undefined ? place : { ...place, remedy: `Did you mean \`${nearest}\`?` };
}

function wrongWord(error: ErrorObject, path: JsonPath, what: string): PathProblem {
  const params: { readonly allowedValues?: unknown } = error.params;
  const allowed = Array.isArray(params.allowedValues)
    ? params.allowedValues.filter((word) => typeof word === 'string')
    : [];
  const message = `${what} must be one of ${allowed.join(', ')}, and is ${quoted(error.data)}.`;
  const nearest = typeof error.data === 'string' ? nearestName(error.data, allowed) : undefined;
  const problem = { code: 'WRONG_VALUE' as const, path, message };
  return nearest === undefined ? problem : { ...problem, remedy: `Did you mean \`${nearest}\`?` };
}

function wrongLength(error: ErrorObject, path: JsonPath, what: string): PathProblem {
  const params: { readonly limit?: unknown } = error.params;
  const code = valueCode(path, error.keyword);
  if (error.data === '') return { code, path, message: `${what} must not be empty.` };
  const length = typeof error.data === 'string' ? Array.from(error.data).length : 0;
  const bound = error.keyword === 'minLength' ? 'at least' : 'at most';
  const message = `${what} may have ${bound} ${String(params.limit)} characters, and has ${length}: ${quoted(error.data)}.`;
  return { code, path, message };
}

function wrongType(error: ErrorObject, path: JsonPath, what: string): PathProblem {
  if (path.at(-1) === 'version' && typeof error.data === 'number') {
    return {
      code: 'WRONG_TYPE',
      path,
      message: `\`version\` must be text, and is the number ${quoted(error.data)}.`,
      remedy: "Write all three parts in quotes: '1.0.0'.",
    };
  }
  const params: { readonly type?: unknown } = error.params;
  const types = [params.type].flat().filter((type) => type !== 'null');
  const message = `${what} must be ${types.map(inWords).join(' or ')}, and is ${quoted(error.data)}.`;
  const remedy = types.flatMap((type) => rewritten(error, type, path) ?? [])[0];
  return { code: 'WRONG_TYPE', path, message, ...(remedy === undefined ? {} : { remedy }) };
}

/** How the same would be written right, where that can be guessed. */
function rewritten({ data, parentSchema }: ErrorObject, type: unknown, path: JsonPath): string | undefined {
  if (type === 'string') {
    const isFit = typeof parentSchema?.pattern !== 'string' || new RegExp(parentSchema.pattern, 'u').test(String(data));
    return (typeof data === 'number' || typeof data === 'boolean') && isFit ? 'Write it in quotes.' : undefined;
  }
  if (typeof data !== 'string') return undefined;
  switch (type) {
    case 'boolean':
      return /^(true|false)$/i.test(data) ? 'Write it without quotes.' : wordForBoolean(data);
    case 'integer':
    case 'number':
      if (/^\d+(\.\d+)?$/.test(data)) return 'Write it without quotes.';
      return /^\d+(\.\d+)? ?[a-z]+$/i.test(data) ? 'Write the number alone: the key names its unit.' : undefined;
    case 'array':
      return `Write a list: \`[${shortened(data)}]\`.`;
    default:
      return path.at(-1) === 'handler' ? `Write \`{ callable: ${shortened(data)} }\`.` : undefined;
  }
}

/** The older engine read YAML 1.1, which has more words for these. */
function wordForBoolean(data: string): string | undefined {
  if (/^(yes|y|on)$/i.test(data)) return 'Write `true`.';
  return /^(no|n|off)$/i.test(data) ? 'Write `false`.' : undefined;
}

function inWords(type: unknown): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'a whole number';
    case 'array':
      return 'a list';
    case 'object':
      return 'a map of keys';
    default:
      return `a ${String(type)}`;
  }
}

function hintOf(error: ErrorObject): string {
  const hint: unknown = error.parentSchema?.hint;
  return typeof hint === 'string' ? hint : (error.message ?? 'is not allowed');
}

function quoted(value: unknown): string {
  if (value === null) return 'empty';
  const text: string | undefined = JSON.stringify(value);
  return shortened(text ?? typeof value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
