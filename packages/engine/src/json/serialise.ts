import type { JsonPath } from './path.ts';

/** Why a value cannot be kept as JSON: `path` is the place in it, empty for the value itself. */
export interface SerialisationProblem {
  readonly kind: 'not_serialisable' | 'too_large';
  readonly path: JsonPath;
  /** Continues a sentence that begins with the place: "is a function". */
  readonly reason: string;
}

export type Serialised =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: SerialisationProblem };

/**
 * The JSON text of a value, made once: this is what goes to the database. Stricter than JSON.stringify, which
 * silently loses functions, maps and NaN, and than JSON itself, some of whose strings PostgreSQL refuses. What has a
 * `toJSON` (dates) is written as that says; properties that are undefined are left out.
 *
 * @param maxBytes largest text accepted, in bytes of UTF-8
 */
export function serialiseJson(value: unknown, maxBytes: number): Serialised {
  try {
    const problem = findProblem(value, [], []);
    if (problem !== undefined) return { ok: false, problem };
    const text = JSON.stringify(value);
    if (mayHoldRefusedText.test(text)) {
      const refused = findRefusedText(JSON.parse(text), []);
      if (refused !== undefined) return { ok: false, problem: refused };
    }
    return fits(text, maxBytes) ? { ok: true, text } : { ok: false, problem: tooLarge(text, maxBytes) };
  } catch (error) {
    // A getter or a toJSON of the value threw.
    return { ok: false, problem: notSerialisable([], `cannot be read: ${String(error)}`) };
  }
}

/** Deeper than any result means to be, and well within what PostgreSQL can parse. */
const maxDepth = 128;

function findProblem(value: unknown, path: (string | number)[], above: object[]): SerialisationProblem | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : notSerialisable(path, `is ${value}, which JSON has no word for`);
    case 'object':
      return value === null ? undefined : findProblemInside(value, path, above);
    case 'undefined':
      return path.length === 0 ? notSerialisable(path, 'is undefined') : undefined;
    case 'bigint':
    case 'function':
    case 'symbol':
      return notSerialisable(path, `is a ${typeof value}`);
  }
}

function findProblemInside(
  value: object,
  path: (string | number)[],
  above: object[],
): SerialisationProblem | undefined {
  if (above.includes(value)) return notSerialisable(path, 'refers back to what it is part of');
  if (above.length >= maxDepth) return notSerialisable(path, `is nested more than ${maxDepth} levels deep`);
  above.push(value);
  const problem = Array.isArray(value) ? problemInArray(value, path, above) : problemInObject(value, path, above);
  above.pop();
  return problem;
}

function problemInArray(
  values: readonly unknown[],
  path: (string | number)[],
  above: object[],
): SerialisationProblem | undefined {
  for (let index = 0; index < values.length; index += 1) {
    path.push(index);
    const problem = findProblem(values[index], path, above);
    if (problem !== undefined) return problem;
    path.pop();
  }
  return undefined;
}

function problemInObject(value: object, path: (string | number)[], above: object[]): SerialisationProblem | undefined {
  if (hasToJson(value)) {
    const replacement = value.toJSON();
    if (replacement !== value) return findProblem(replacement, path, above);
  }
  if (!isRecordLike(value)) return notSerialisable(path, `is of class ${kindOf(value)}, which JSON would lose`);
  for (const key of Object.keys(value)) {
    path.push(key);
    const problem = findProblem(Reflect.get(value, key), path, above);
    if (problem !== undefined) return problem;
    path.pop();
  }
  return undefined;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** Plain objects, and instances of classes that keep their data in properties; not maps, errors, buffers, promises. */
function isRecordLike(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || kindOf(value) === 'Object';
}

function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

// JSON.stringify writes NUL and halves of surrogate pairs as escapes; both are JSON, and neither can be stored as
// jsonb. The escape may also be innocent text (a backslash followed by "u0000"), hence the second, exact look.
const mayHoldRefusedText = /\\u(?:0000|d[89a-f])/;
const refusedText = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function findRefusedText(value: unknown, path: JsonPath): SerialisationProblem | undefined {
  if (typeof value === 'string') {
    return refusedText.test(value) ? notSerialisable(path, 'has a character that PostgreSQL cannot store') : undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, member] of Object.entries(value)) {
    const memberPath = [...path, Array.isArray(value) ? Number(key) : key];
    const problem = findRefusedText(key, memberPath) ?? findRefusedText(member, memberPath);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Text without the characters that PostgreSQL cannot store, for messages that must be kept whatever they hold. */
export function storableText(text: string): string {
  return refusedText.test(text) ? text.replaceAll(new RegExp(refusedText, 'g'), '\uFFFD') : text;
}

function fits(text: string, maxBytes: number): boolean {
  return text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes;
}

function tooLarge(text: string, maxBytes: number): SerialisationProblem {
  return {
    kind: 'too_large',
    path: [],
    reason: `is ${Buffer.byteLength(text)} bytes of JSON, and no more than ${maxBytes} may be kept`,
  };
}

function notSerialisable(path: JsonPath, reason: string): SerialisationProblem {
  return { kind: 'not_serialisable', path: [...path], reason };
}
