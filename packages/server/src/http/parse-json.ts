import type { Json } from '@tasker/contract';
import { InvalidInput } from '../errors.ts';

export interface JsonLimits {
  /** Objects and lists inside each other. */
  readonly depth: number;
  /** Keys of all objects together. */
  readonly keys: number;
}

/**
 * Reads JSON that leaves no doubt what it means: no key twice, no `__proto__`, no whole number that would be rounded,
 * within limits, in UTF-8. (Of two values under one key, one reader takes the first and another the last.)
 *
 * @throws {InvalidInput} which names the place
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits): Json {
  const text = decode(bytes);
  refuseDoubtful(text, limits);
  try {
    return parsed(text);
  } catch (error) {
    throw refusal(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The one place where what the parser gives is known to be JSON. */
function parsed(text: string): Json;
function parsed(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return value;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw refusal('is not text in UTF-8');
  }
}

interface Level {
  /** Of an object; undefined: a list. */
  readonly keys: Set<string> | undefined;
  /** The next string is a key. */
  beforeKey: boolean;
}

/** Walks the text without understanding all of it: what is no JSON at all is found by the parser afterwards. */
function refuseDoubtful(text: string, limits: JsonLimits): void {
  const levels: Level[] = [];
  let keys = 0;
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    const character = text.charAt(at);
    switch (character) {
      case '{':
      case '[':
        if (levels.length === limits.depth) throw refusal(`is nested deeper than ${limits.depth} levels`);
        levels.push({ keys: character === '{' ? new Set() : undefined, beforeKey: character === '{' });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (level?.keys !== undefined) level.beforeKey = true;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (level?.keys !== undefined && level.beforeKey) {
          keys += 1;
          if (keys > limits.keys) throw refusal(`has more than ${limits.keys} keys`);
          addKey(level.keys, keyOf(text.slice(at, end + 1)));
          level.beforeKey = false;
        }
        at = end;
        break;
      }
      default:
        if (isPartOfNumber(character)) at = endOfNumber(text, at) - 1;
    }
  }
}

const isPartOfNumber = (character: string) => (character >= '0' && character <= '9') || character === '-';

/** Behind the last character of a number that is not another one when it is read. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (/[\d.eE+-]/.test(text.charAt(end))) end += 1;
  const literal = text.slice(start, end);
  if (literal.length > exactDigits && /^-?\d+$/.test(literal) && isRounded(literal)) {
    throw refusal(`has the number ${literal.slice(0, 40)}, which would be rounded; send it as a text`);
  }
  return end;
}

/** Whole numbers of so many digits are exact, all of them. */
const exactDigits = 15;
/** Of the largest number that can be read. */
const mostDigits = 308;

/** Digits that come out again as they went in are as good as exact. */
function isRounded(literal: string): boolean {
  if (literal.length > mostDigits) return true;
  const read = Number(literal);
  return String(read) !== literal && BigInt(read) !== BigInt(literal);
}

/** The closing quote; without one, the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    // a quote is part of the string when an odd number of backslashes stands before it
    let before = end;
    while (text[before - 1] === '\\') before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}

function keyOf(literal: string): string {
  if (literal.length > 1 && !literal.includes('\\')) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    // no string; the parser will say so
    return literal;
  }
}

function addKey(keys: Set<string>, key: string): void {
  if (key === '__proto__') throw refusal('has the key `__proto__`, which is not taken');
  if (keys.has(key)) throw refusal(`has the key ${JSON.stringify(key)} twice in one object`);
  keys.add(key);
}

const refusal = (message: string) => new InvalidInput([{ path: 'body', message }]);
