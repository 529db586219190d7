import type { Json } from '@tasker/contract';

/**
 * Why a type is no JSON, as a sentence that the compiler shows to the author; `never` when it is. What a step returns
 * is stored and read back by other steps, maybe on another machine: the types promise only what survives that.
 *
 * Looks six levels deep, which ends types that contain themselves; deeper faults are found when the step runs.
 */
export type JsonFault<Value, Path extends string, Depth extends readonly 0[] = []> =
  IsAny<Value> extends true
    ? never
    : Value extends Json | undefined | void
      ? never
      : Depth['length'] extends 6
        ? never
        : Value extends bigint
          ? `${Path} is a bigint, which cannot be kept as JSON. Return a string or a number.`
          : Value extends symbol
            ? `${Path} is a symbol, which cannot be kept as JSON.`
            : Value extends (...values: never[]) => unknown
              ? `${Path} is a function, which cannot be kept as JSON.`
              : Value extends Date
                ? `${Path} is a Date, which comes back from JSON as a string. Return its toISOString().`
                : Value extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
                  ? `${Path} is a Map or Set, which JSON loses. Return an object or an array.`
                  : Value extends readonly (infer Item)[]
                    ? JsonFault<Item, `${Path}[]`, [...Depth, 0]>
                    : Value extends object
                      ? {
                          [Key in keyof Value]-?: JsonFault<Value[Key], `${Path}.${Key & string}`, [...Depth, 0]>;
                        }[keyof Value]
                      : `${Path} has a type that does not tell whether it can be kept as JSON.`;

type IsAny<Value> = 0 extends 1 & Value ? true : false;

/** What is read back when a value of this type was stored: nothing becomes null, and anything is JSON. */
export type Stored<Value> = IsAny<Value> extends true ? Json : Value extends undefined | void ? null : Value;
