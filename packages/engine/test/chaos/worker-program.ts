import { createInterface } from 'node:readline';
import pg from 'pg';
import { createTasker, type StepContext } from '../../src/index.ts';

// A worker in a process of its own, for tests that kill, pause and outnumber such. Says what it does as lines of JSON;
// a line on its standard input, or the end of it, stops it.
const [url = '', name = '', leaseMs = '1000', concurrency = '50', workMs = '5'] = process.argv.slice(2);
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const sayLine = (first: object | string, second?: string) => say({ log: typeof first === 'string' ? first : second });

const logger = { debug: sayLine, info: sayLine, warn: sayLine, error: sayLine, child: () => logger };
const diary = new pg.Pool({ connectionString: url, max: 5 });
diary.on('error', () => undefined);

const tasker = await createTasker({
  database: url,
  logger,
  migrate: false,
  worker: { name, leaseMs: Number(leaseMs), concurrency: Number(concurrency) },
  handlers: { do: work, hold },
});
say({ ready: process.pid });
const input = createInterface({ input: process.stdin });
await new Promise((resolve) => {
  input.once('line', resolve);
  input.once('close', resolve);
});
await tasker.stop();
await diary.end();
input.close();
process.stdin.destroy();

/** Leaves a trace of its having begun, and takes a little time. */
async function work(context: StepContext): Promise<object> {
  await noteDown(context);
  await new Promise((resolve) => setTimeout(resolve, Number(workMs)));
  return { by: name };
}

/** The first attempt ends when it is aborted, or later: it does not listen. */
async function hold(context: StepContext): Promise<object> {
  await noteDown(context);
  if (context.attempt === 1) {
    say({ begun: context.taskUuid });
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    say({ late: context.taskUuid });
  }
  return { by: name };
}

/** While the database is away there is nothing to note anything down in. */
async function noteDown({ taskUuid, stepName, attempt }: StepContext): Promise<void> {
  await diary.query('insert into public.run (task_id, step, attempt, worker) values ($1, $2, $3, $4)', [
    taskUuid,
    stepName,
    attempt,
    name,
  ]);
}
