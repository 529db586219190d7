import { InvalidInput } from '../errors.ts';
import { valueOf } from './schema-node.ts';

/** What a request asks for. */
export interface GraphqlParams {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | undefined;
}

/**
 * Reads a request: the query of a GET, or the JSON of a POST. Variables may be an object, a text of JSON, empty or
 * absent.
 *
 * @throws {InvalidInput}
 */
export function readParams(given: unknown, parseJson: (text: string) => unknown): GraphqlParams {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refusal('body', 'must be an object with `query`; one request at a time');
  }
  const query = valueOf(given, 'query');
  if (typeof query !== 'string' || query.trim() === '') throw refusal('query', 'is required, a GraphQL document');
  const operationName = valueOf(given, 'operationName') ?? undefined;
  if (operationName !== undefined && typeof operationName !== 'string') {
    throw refusal('operationName', 'must be a text');
  }
  const extensions = valueOf(given, 'extensions') ?? undefined;
  // nobody reads them, but what is no object is a mistake
  if (extensions !== undefined && !isObject(extensions, parseJson)) throw refusal('extensions', 'must be an object');
  const variables = variablesOf(valueOf(given, 'variables'), parseJson);
  return { query, variables, operationName: operationName === '' ? undefined : operationName };
}

function variablesOf(given: unknown, parseJson: (text: string) => unknown): Readonly<Record<string, unknown>> {
  if (given === undefined || given === null || given === '') return {};
  const variables = typeof given === 'string' ? parsed(given, parseJson) : given;
  if (variables === null) return {};
  if (typeof variables === 'object' && !Array.isArray(variables)) return { ...variables };
  throw refusal('variables', 'must be an object, or a text of JSON that is one');
}

function parsed(text: string, parseJson: (text: string) => unknown): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof InvalidInput ? refusal('variables', error.message) : error;
  }
}

/** In the query of a GET everything is text. */
function isObject(given: unknown, parseJson: (text: string) => unknown): boolean {
  const value = typeof given === 'string' && given.startsWith('{') ? parseJson(given) : given;
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const refusal = (path: string, message: string) => new InvalidInput([{ path, message }]);
