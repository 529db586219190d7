import type { JsonObject } from '@tasker/contract';
import { parseJson } from '../../json/parse.ts';
import { compileSchema } from '../../json/schema.ts';

/**
 * Where a JSON text does not fit a schema, as parts of a sentence. Takes the text and not the data, because a check may
 * fill in the defaults of the schema, and what was returned or configured stays as it is.
 */
export function schemaViolations(schema: JsonObject, text: string): string[] {
  const { check } = compileSchema(schema);
  return check(parseJson(text)).map(({ path, message }) => (path === '' ? message : `${path} ${message}`));
}
