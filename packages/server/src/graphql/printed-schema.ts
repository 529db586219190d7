import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from './schema.ts';

/** The schema as it is published: the same whatever the order of operations is. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(createSchema()))}\n`;
}
