import type { Database, Queryable, SqlValue, Statement } from '../../src/postgres/database.ts';

/** Between two looks whether what is under way waits for locks, real milliseconds. */
const lookAgainMs = 2;
/** Turns of the event loop in which the engine ends what it begins without the database. */
const quietTurns = 8;

/**
 * Sends statements one at a time: the next when each one before has ended or waits for a lock that is not in its own
 * power. Answers are handed over in the order in which their statements were sent. So transactions meet, and still
 * nothing depends on which of two connections was the quicker one.
 */
export function statementsInTurn(db: Database, isStuck: (underWay: number) => Promise<boolean>): Database {
  const send = createTurns(isStuck);
  const inTurn = (on: Queryable): Queryable => ({
    query: <Row extends object>(statement: Statement, values?: readonly SqlValue[]) =>
      send(() => on.query<Row>(statement, values)),
    script: (text) => send(() => on.script(text)),
  });

  /** Its beginning and its end are sent in turn, too; in between it is its statements that are. */
  async function transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const { tx, end } = await send(() => begin<T>(db));
    const [worked] = await Promise.allSettled([work(inTurn(tx))]);
    return send(() =>
      end(worked.status === 'fulfilled' ? Promise.resolve(worked.value) : Promise.reject(worked.reason)),
    );
  }

  return {
    ...inTurn(db),
    kind: db.kind,
    schema: db.schema,
    transaction,
    listen: (channel, onMessage) => db.listen(channel, onMessage),
    close: () => db.close(),
  };
}

/** A transaction whose end is told from outside. */
function begin<T>(db: Database): Promise<{ tx: Queryable; end: (how: Promise<T>) => Promise<T> }> {
  return new Promise((resolve, reject) => {
    const whole = db.transaction(
      (tx) =>
        new Promise<T>((come) => {
          resolve({
            tx,
            end(how) {
              come(how);
              return whole;
            },
          });
        }),
    );
    whole.catch(reject);
  });
}

/** Until the processes have done what they had begun before the answer came: it may have come at any time. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < quietTurns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function createTurns(isStuck: (underWay: number) => Promise<boolean>) {
  let last: Promise<void> = Promise.resolve();
  let underWay = 0;
  let sent = 0;
  let wake = () => {};
  const answered: { readonly order: number; readonly handOver: () => void }[] = [];

  async function untilStill(): Promise<void> {
    while (underWay > 0 && !(await isStuck(underWay))) await untilAnswerOrLook();
  }

  function untilAnswerOrLook(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, lookAgainMs);
    });
  }

  function inTurn(act: () => void | Promise<void>): void {
    last = last.then(untilStill).then(act);
  }

  function handOver(): void {
    for (const answer of answered.splice(0).toSorted((one, other) => one.order - other.order)) answer.handOver();
  }

  return function send<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      inTurn(() => {
        sent += 1;
        underWay += 1;
        const order = sent;
        const arrive = (deliver: () => void) => {
          underWay -= 1;
          answered.push({ order, handOver: deliver });
          wake();
          inTurn(() => quiet().then(handOver));
        };
        work().then(
          (value) => arrive(() => resolve(value)),
          (error: unknown) => arrive(() => reject(error)),
        );
      });
    });
  };
}
