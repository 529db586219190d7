/**
 * What an error from the database means to the caller, told by its SQLSTATE rather than by its class: the
 * server driver and PGlite throw different ones.
 */
export function sqlstate(error: unknown): string | undefined {
  // Node's own errors have codes of five letters too (EPIPE); only an error that PostgreSQL reported has a severity.
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * The server was out of reach, went away in the middle, or cannot take writes for now (starting, shutting down,
 * out of connections, demoted to a standby). What was under way may or may not have been committed.
 */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlstate(error);
  if (state !== undefined) return state.startsWith('08') || unavailable.has(state);
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && networkCodes.has(error.code)) return true;
  return driverMessages.test(error.message) || isConnectionLoss(error.cause);
}

/** The transaction lost against another one (serialization failure, deadlock) and may be tried again as a whole. */
export function isSerialization(error: unknown): boolean {
  const state = sqlstate(error);
  return state === '40001' || state === '40P01';
}

/** A unique constraint refused the row; with `constraint`, that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return sqlstate(error) === '23505' && namesConstraint(error, constraint);
}

/** A foreign key refused the row; with `constraint`, that one. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return sqlstate(error) === '23503' && namesConstraint(error, constraint);
}

/** A row fits none of the partitions that exist. */
export function isMissingPartition(error: unknown): boolean {
  // A check constraint of a table has a name, the missing partition has none; so this works in every language.
  return sqlstate(error) === '23514' && error instanceof Error && !('constraint' in error && error.constraint);
}

/** The values of a statement are at fault: the same ones will be refused again. */
export function isRefusedValue(error: unknown): boolean {
  const state = sqlstate(error);
  if (state === undefined || isMissingPartition(error)) return false;
  // data exception, constraint violation, limit exceeded
  return ['22', '23', '54'].includes(state.slice(0, 2));
}

/**
 * The server refuses work, whatever it is: out of disk or memory, locked, cancelled, forbidden, broken. The same
 * statement may do when the cause is gone.
 */
export function isServerTrouble(error: unknown): boolean {
  const state = sqlstate(error);
  // invalid transaction state, access rule, resources, object state, intervention, system
  return state !== undefined && ['25', '42', '53', '55', '57', '58'].includes(state.slice(0, 2));
}

/** The connection's prepared statements are not the ones we made: a pooler handed us another server connection. */
export function isLostPreparedStatement(error: unknown): boolean {
  const state = sqlstate(error);
  return state === '26000' || state === '42P05';
}

const unavailable = new Set([
  '25006', // read-only: after a failover we still talk to the old primary
  '53300', // too many connections
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  '57P05', // idle session timeout
]);

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);

const driverMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (has encountered a connection error|was closed) and is not queryable)/;

function namesConstraint(error: unknown, constraint: string | undefined): boolean {
  if (constraint === undefined) return true;
  return error instanceof Error && 'constraint' in error && error.constraint === constraint;
}
