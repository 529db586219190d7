import type { Json } from '@tasker/contract';
import { InvalidRequest } from '../errors.ts';
import { formatPath } from './path.ts';
import { serialiseJson, storableText } from './serialise.ts';

/**
 * The JSON text of an annotation that can be stored.
 *
 * @throws {InvalidRequest} for a name or a value that cannot
 */
export function annotationText(name: string, value: Json): string {
  if (name.length < 1 || name.length > longestName || storableText(name) !== name) {
    throw new InvalidRequest('name', `must have 1 to ${longestName} characters that PostgreSQL can store`);
  }
  const serialised = serialiseJson(value, largestBytes);
  if (serialised.ok) return serialised.text;
  const { path, reason } = serialised.problem;
  throw new InvalidRequest(formatPath(['value', ...path]), reason);
}

const longestName = 64;
const largestBytes = 64 * 1024;
