/**
 * JSON text, parsed when it is first asked for. The value is frozen, because all who ask share it.
 * The caller says what the text holds: it was checked before it was stored.
 */
export function lazyJson<Value>(text: string): () => Value {
  let parsed: { readonly value: Value } | undefined;
  return () => {
    parsed ??= { value: deepFreeze(JSON.parse(text)) };
    return parsed.value;
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
