import type { Json, JsonObject } from '@tasker/contract';
import { isJsonObject, parseJson } from './parse.ts';

/** JSON text, parsed when it is first asked for. The value is frozen, because all who ask share it. */
export function lazyJson(text: string): () => Json {
  let parsed: { readonly value: Json } | undefined;
  return () => {
    if (parsed === undefined) {
      parsed = { value: parseJson(text) };
      deepFreeze(parsed.value);
    }
    return parsed.value;
  };
}

/** The same for text that holds an object. */
export function lazyObject(text: string): () => JsonObject {
  const value = lazyJson(text);
  return () => {
    const parsed = value();
    if (!isJsonObject(parsed)) throw new Error('the JSON text holds no object');
    return parsed;
  };
}

function deepFreeze(value: Json): void {
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values(value)) deepFreeze(inner);
  Object.freeze(value);
}
