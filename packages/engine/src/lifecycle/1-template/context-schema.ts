import type { Json, JsonObject, Violation } from '@tasker/contract';
import { compileSchema } from '../../json/schema.ts';

/** A context as it is to be stored, and what is wrong with it. */
export interface ValidatedContext {
  /** The context given, with the defaults of the schema filled in. The one given is left as it was. */
  readonly context: JsonObject;
  /** Every violation at once; empty when the context may be used. */
  readonly violations: readonly Violation[];
}

/**
 * A validator for contexts by the input schema of a template (JSON Schema). Without a schema every object
 * is welcome.
 *
 * @throws {Error} when the schema itself is not valid, which registration has made sure of
 */
export function compileContextValidator(schema: JsonObject | undefined): (context: JsonObject) => ValidatedContext {
  if (schema === undefined) return (context) => ({ context, violations: [] });
  const { check } = compileSchema(schema);
  return (given) => {
    const context = copyOf(given);
    return { context, violations: check(context) };
  };
}

/** Checks one context; compiled schemas are remembered, so this is as cheap as keeping the validator. */
export function validateContext(schema: JsonObject | undefined, context: JsonObject): ValidatedContext {
  return compileContextValidator(schema)(context);
}

function copyOf(context: JsonObject): { [key: string]: Json } {
  return structuredClone(context);
}
