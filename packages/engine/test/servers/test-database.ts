import type { Database } from '../../src/postgres/database.ts';

export interface TestDatabase {
  readonly db: Database;
  /** For opening it again; `memory:` on PGlite, where that is another database. */
  readonly url: string;
  drop(): Promise<void>;
}
