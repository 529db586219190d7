import type { Queryable } from '../postgres/database.ts';
import { inSchema } from '../postgres/schema-name.ts';
import type { ForeignTransaction } from './tasker.ts';

/** A transaction of the caller's own client, as the engine's statements need it. */
export function foreignTransaction(client: ForeignTransaction, schema: string): Queryable {
  return {
    async query<Row extends object>({ text }: { text: string }, values: readonly unknown[] = []) {
      return (await client.query<Row>(inSchema(text, schema), [...values])).rows;
    },
    async script(text: string) {
      await client.query(inSchema(text, schema), []);
    },
  };
}
