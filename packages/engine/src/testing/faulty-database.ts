import type { Clock } from '../clock.ts';
import type { Database, Queryable, SqlValue, Statement } from '../index.ts';
import type { DecideFault, Fault, FaultMoment } from './faults.ts';
import type { ProcessFate } from './process-fate.ts';

export interface FaultPlan {
  /** Times the delays. */
  readonly clock: Clock;
  /** Asked for each statement, each commit and each message. */
  readonly decide: DecideFault;
  /** The process that uses the database. */
  readonly fate: ProcessFate;
}

/**
 * A database as a process sees it that lives dangerously: whatever it asks for may be delayed, may not happen, may
 * happen without an answer, later or twice; and the process itself may crash at any of these moments.
 *
 * On PGlite, whose only connection a transaction keeps to itself, there are no delays inside transactions.
 */
export function faultyDatabase(db: Database, plan: FaultPlan): Database {
  const { clock, decide, fate } = plan;
  const delaysInside = db.kind !== 'pglite';

  const after = (delayMs: number) =>
    delayMs <= 0 ? undefined : new Promise<void>((resolve) => clock.wakeAfter(delayMs, resolve));

  /** An answer on its way to the process: never arrives at one that has crashed. */
  function answer<T>(arrive: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      fate.whenRunning(() => {
        Promise.resolve().then(arrive).then(resolve, reject);
      });
    });
  }

  const breakConnection = () => answer<never>(() => Promise.reject(connectionLost()));

  async function send<T>(moment: FaultMoment, execute: () => Promise<T>): Promise<T> {
    if (fate.state === 'crashed') return never();
    const fault = decide(moment);
    // what is under way arrives, whatever becomes of its sender
    await after(fault.beforeMs);
    switch (fault.kind) {
      case 'crash_before':
        fate.crash();
        return never();
      case 'refused':
        return breakConnection();
      case 'late':
        happenLater(fault, execute);
        return breakConnection();
      case 'lost':
        await whateverComesOf(execute);
        return breakConnection();
      case 'crash_after':
        await whateverComesOf(execute);
        fate.crash();
        return never();
      case 'twice':
        happenLater(fault, execute);
        break;
      case 'none':
        break;
    }
    const outcome = await whateverComesOf(execute);
    await after(fault.afterMs);
    return answer(() => ('error' in outcome ? Promise.reject(outcome.error) : outcome.value));
  }

  function happenLater(fault: Fault, execute: () => Promise<unknown>): void {
    clock.wakeAfter(fault.laterMs, () => {
      execute().catch(() => undefined);
    });
  }

  async function transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    if (fate.state === 'crashed') return never();
    const commit = decide({ kind: 'commit', name: undefined });
    // the process hears of the end from here, the database from the function of its transaction
    return new Promise<T>((resolve, reject) => {
      const fail = (error: unknown) => fate.whenRunning(() => reject(error));
      carryOut(work, commit, fail).then((result) => fate.whenRunning(() => resolve(result)), fail);
    });
  }

  async function carryOut<T>(
    work: (tx: Queryable) => Promise<T>,
    commit: Fault,
    fail: (error: Error) => void,
  ): Promise<T> {
    const connection = createConnection();
    const result = await db.transaction(async (tx) => {
      const result = await connection.unlessBroken(work(insideOf(tx, connection)));
      await connection.unlessBroken(beforeCommit(commit));
      if (commit.kind === 'late') {
        fail(connectionLost());
        if (delaysInside) await after(commit.laterMs);
      }
      return result;
    });
    if (commit.kind === 'crash_after') fate.crash();
    await after(commit.afterMs);
    if (commit.kind === 'lost') throw connectionLost();
    return result;
  }

  async function beforeCommit(fault: Fault): Promise<void> {
    if (delaysInside) await after(fault.beforeMs);
    if (fault.kind === 'crash_before') fate.crash();
    if (fault.kind === 'refused') throw connectionLost();
  }

  function insideOf(tx: Queryable, connection: Connection): Queryable {
    const inside = <T>(name: string | undefined, execute: () => Promise<T>): Promise<T> =>
      connection.unlessBroken(sendInside(name, execute, connection));
    return {
      query: <Row extends object>(statement: Statement, values?: readonly SqlValue[]) =>
        inside(statement.name, () => tx.query<Row>(statement, values)),
      script: (text) => inside(undefined, () => tx.script(text)),
    };
  }

  async function sendInside<T>(
    name: string | undefined,
    execute: () => Promise<T>,
    connection: Connection,
  ): Promise<T> {
    const fault = decide({ kind: 'in_transaction', name });
    if (delaysInside) await after(fault.beforeMs);
    if (fault.kind === 'crash_before') fate.crash();
    if (fault.kind === 'refused' || fault.kind === 'late') connection.break();
    const value = await connection.unlessBroken(execute());
    if (fault.kind === 'crash_after') fate.crash();
    if (fault.kind === 'lost') connection.break();
    if (!delaysInside) return value;
    await after(fault.afterMs);
    return answer(() => value);
  }

  /** The connection of one transaction: broken by a fault or by the crash of its process, it takes everything along. */
  function createConnection(): Connection {
    let end: (error: Error) => void = () => undefined;
    const broken = new Promise<never>((_, reject) => {
      end = reject;
    });
    broken.catch(() => undefined);
    fate.onCrash(() => end(connectionLost()));
    return {
      break: () => end(connectionLost()),
      unlessBroken: (work) => Promise.race([broken, work]),
    };
  }

  return {
    kind: db.kind,
    schema: db.schema,
    query: <Row extends object>(statement: Statement, values?: readonly SqlValue[]) =>
      send({ kind: 'statement', name: statement.name }, () => db.query<Row>(statement, values)),
    script: (text) => send({ kind: 'statement', name: undefined }, () => db.script(text)),
    transaction,
    listen: (channel, onMessage) =>
      db.listen(channel, (payload) => {
        const { kind, beforeMs } = decide({ kind: 'message', name: undefined });
        if (kind === 'none') clock.wakeAfter(beforeMs, () => fate.whenRunning(() => onMessage(payload)));
      }),
    close: () => db.close(),
  };
}

interface Connection {
  break(): void;
  unlessBroken<T>(work: Promise<T>): Promise<T>;
}

/** As the driver reports it when the other end is gone: whether anything has happened is unknown. */
function connectionLost(): Error {
  return Object.assign(new Error('read ECONNRESET (simulated)'), { code: 'ECONNRESET' });
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

async function whateverComesOf<T>(
  execute: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await execute() };
  } catch (error) {
    return { error };
  }
}
