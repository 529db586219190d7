/**
 * The one seam between the engine and PostgreSQL. Everything above it works the same on a server given by
 * URL, on the embedded server that we start ourselves, and on PGlite in process.
 */
export interface Queryable {
  /** Runs one statement and returns its rows. Arrays and JSON are passed as PostgreSQL text literals. */
  query<Row extends object>(statement: Statement, values?: readonly SqlValue[]): Promise<Row[]>;
  /** Runs a script of several statements without parameters (migrations). */
  script(text: string): Promise<void>;
}

/**
 * A statement with a name is prepared once per connection where connections allow that (not behind a
 * transaction-mode pooler). Names are unique: one per `.sql.ts` file.
 */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array | readonly SqlValue[];

export interface Database extends Queryable {
  /** What kind of server answers; shown by `doctor`, never used to choose behaviour. */
  readonly kind: 'server' | 'embedded' | 'pglite';
  /** The schema everything lives in; statements say `tasker.` and the seam puts this name in its place. */
  readonly schema: string;
  /** Runs `work` in one READ COMMITTED transaction: commits when it resolves, rolls back when it throws. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Calls `onMessage` for each notification on `channel` until the returned function is called. Survives
   * reconnects (calls `onMessage('')` after one, because messages may have been missed). Resolves even
   * where LISTEN is not possible: notifications are an accelerator.
   */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>;
  /** Closes connections and, for an embedded server of which we are the last user, stops it. */
  close(): Promise<void>;
}
