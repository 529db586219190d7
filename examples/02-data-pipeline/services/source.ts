/** Somewhere that rows are read from: a database, a customer system, an inventory. */
export interface Source<Row> {
  /** How long the source may take for its answer. */
  readonly timeoutMs: number;
  /**
   * @throws {NetworkError} {PortTimeout} {OutOfMemory} {AuthenticationFailed} {BadQuery}
   */
  extract(query: ExtractionQuery, signal: AbortSignal): Promise<Extraction<Row>>;
}

export interface ExtractionQuery {
  readonly start_date: string;
  readonly end_date: string;
  readonly processing_mode: string;
  /** Past the caches of the source. */
  readonly force_refresh: boolean;
}

export interface Extraction<Row> {
  readonly rows: readonly Row[];
  readonly source: string;
  readonly query_time_ms: number;
}

/** The source does not know us. */
export class AuthenticationFailed extends Error {
  override readonly name = 'AuthenticationFailed';
}

/** The source does not understand the question. */
export class BadQuery extends Error {
  override readonly name = 'BadQuery';
}

/** There was not enough memory for the work, this time. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
}
