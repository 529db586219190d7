import type { Json, JsonObject } from '@tasker/contract';

/** JSON.parse with what it really returns, which its own declaration does not say. */
export const parseJson: (text: string) => Json = JSON.parse;

export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
