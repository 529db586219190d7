import type { GraphqlContext } from './context.ts';
import { valueOf } from './schema-node.ts';
import type { Fields } from './wire-types.ts';

/** The same fields, which read the whole thing when the part of it that is there does not have them. */
export function whereMissing(
  fields: Fields,
  readWhole: (part: unknown, context: GraphqlContext) => Promise<unknown>,
): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const { resolve } = field;
      if (resolve === undefined) return [name, field];
      return [
        name,
        {
          ...field,
          resolve(source, args, context, info) {
            const value: unknown = resolve(source, args, context, info);
            if (value !== undefined) return value;
            return readWhole(source, context).then((whole) => resolve(whole, args, context, info));
          },
        },
      ];
    }),
  );
}

/** The id of the task that something is, or belongs to. */
export function taskIdOf(source: unknown): string {
  return String(valueOf(source, 'task_id'));
}
