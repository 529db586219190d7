import type { Readiness } from '@tasker/contract/wire';
import { type Database, listWorkers } from '@tasker/engine';
import { DatabaseIsNewer, migrationStatus } from '@tasker/engine/migrate';

export interface ReadinessOptions {
  readonly timeoutMs: number;
  readonly listenerSilenceMs: () => number | undefined;
}

type Check = Readiness['checks']['database'];

/** Never rejects: what does not answer is an answer. */
export async function checkReadiness(
  db: Database,
  { timeoutMs, listenerSilenceMs }: ReadinessOptions,
): Promise<Readiness> {
  const started = performance.now();
  const { over, stop } = deadline(timeoutMs);
  const within = (who: string, check: () => Promise<string>) =>
    tried(
      check,
      over.then(() => {
        throw new Error(`${who} did not answer within ${timeoutMs / 1000} s`);
      }),
    );
  try {
    const [database, migrations, listener, lease] = await Promise.all([
      within('The database', () => answers(db)),
      within('The database', () => isUpToDate(db)),
      within('The live stream', async () => hears(listenerSilenceMs())),
      within('The database', () => leasesAreKept(db)),
    ]);
    const checks = { database, migrations, listener, lease };
    const failed = Object.entries(checks).flatMap(([name, { status }]) => (status === 'healthy' ? [] : [name]));
    return {
      ready: failed.length === 0,
      checks,
      message: failed.length === 0 ? 'Everything that is needed is there.' : `Not ready: ${failed.join(', ')}.`,
      timestamp: new Date().toISOString(),
      check_duration: Math.round(performance.now() - started) / 1000,
      ...(failed.length === 0 ? {} : { failed_checks: failed }),
    };
  } finally {
    stop();
  }
}

function deadline(timeoutMs: number): { readonly over: Promise<void>; readonly stop: () => void } {
  let stop = () => {};
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    stop = () => {
      clearTimeout(timer);
    };
  });
  return { over, stop };
}

async function tried(check: () => Promise<string>, expired: Promise<never>): Promise<Check> {
  const started = performance.now();
  try {
    const message = await Promise.race([check(), expired]);
    return { status: 'healthy', message, response_time_ms: since(started) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'unhealthy', message, response_time_ms: since(started), error: nameOf(error) };
  }
}

const since = (started: number) => Math.round((performance.now() - started) * 100) / 100;

const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'Error');

async function answers(db: Database): Promise<string> {
  await db.query({ text: 'select 1' }).catch((cause: unknown) => {
    throw new Error('The database does not answer; see that it runs and can be reached', { cause });
  });
  return 'The database answers.';
}

async function isUpToDate(db: Database): Promise<string> {
  const { pending } = await migrationStatus(db).catch(beside);
  if (pending === undefined) return 'The database is of a newer version, which takes over.';
  if (pending.length === 0) return 'Every migration is applied.';
  throw new Error(
    `The database lacks ${pending.length} migration${pending.length === 1 ? '' : 's'}; run \`tasker migrate\``,
  );
}

/** Of a rolling deployment the migration comes first: were the old processes unready then, nobody would answer. */
function beside(error: unknown): { readonly pending: undefined } {
  if (error instanceof DatabaseIsNewer) return { pending: undefined };
  throw error;
}

/** Longer than any poll takes, and a lost connection to be made again. */
const longestSilenceMs = 30_000;

function hears(silenceMs: number | undefined): string {
  if (silenceMs === undefined) return 'Nobody listens to the live stream, and nothing has to be heard.';
  if (silenceMs <= longestSilenceMs) return 'The live stream follows the database.';
  throw new Error(`The live stream has not heard from the database for ${Math.round(silenceMs / 1000)} s`);
}

/** Two heartbeats after a worker was lost its steps are elsewhere, where somebody looks after the database. */
async function leasesAreKept(db: Database): Promise<string> {
  const workers = await listWorkers(db, { limit: 1000 });
  const now = Date.now();
  const left = workers.filter(
    ({ state, heldSteps, heartbeatAt, leaseMs }) =>
      state === 'silent' && heldSteps > 0 && now - heartbeatAt.getTime() > 3 * leaseMs,
  );
  if (left.length === 0) return 'No step is in the hands of a lost worker.';
  throw new Error(
    `The database has steps in the hands of lost workers (${left.map(({ name }) => name).join(', ')}) and nobody takes them`,
  );
}
