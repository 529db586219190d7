import { errorCatalogue, type JsonObject } from '@tasker/contract';

/** An error in words: what happened and, where it is known, what to do. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  // Connections that fail on every address of a host come like this, without words of their own.
  if (error instanceof AggregateError) return error.errors.map(errorLine).join('; ');
  return error.name;
}

/** The same for machines, in the form that HTTP gives it. */
export function errorJson(error: unknown): JsonObject {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const details: unknown = error instanceof Error ? Reflect.get(error, 'details') : undefined;
  return {
    error: {
      // Codes of the system or of PostgreSQL mean nothing to whoever reads ours.
      code: typeof code === 'string' && code in errorCatalogue ? code : 'FAILED',
      message: errorLine(error),
      ...(isJsonObject(details) && Object.keys(details).length > 0 ? { details } : {}),
    },
  };
}

/** Errors of the engine keep their details as JSON. */
function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
