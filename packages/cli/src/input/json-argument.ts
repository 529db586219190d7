import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import type { Json } from '@tasker/contract';
import { UsageError } from '../exit.ts';
import { errorLine } from '../output/error-line.ts';
import { parseJson } from './parse-json.ts';

export interface JsonSources {
  /** The JSON itself, or `-` for standard input. */
  readonly inline: string | undefined;
  /** A file with it, or `-` for standard input. */
  readonly file: string | undefined;
}

/**
 * A value given as JSON, in whichever way it was given; undefined when it was not.
 *
 * @param option what the option is called that takes it, for messages: `--context`
 */
export async function readJson(option: string, { inline, file }: JsonSources): Promise<Json | undefined> {
  if (inline !== undefined && file !== undefined) throw new UsageError(`Give ${option} or ${option}-file, not both.`);
  if (inline === '-' || file === '-') return parse('standard input', await readAll(process.stdin));
  if (inline !== undefined) return parse(option, inline);
  return file === undefined ? undefined : parse(file, readFile(file));
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${errorLine(error)}`);
  }
}

function parse(where: string, text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw new UsageError(`What ${where} holds is not JSON: ${errorLine(error)}`);
  }
}
