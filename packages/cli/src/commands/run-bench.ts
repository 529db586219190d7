import { createTasker, type Database, openDatabase, printableUrl } from '@tasker/engine';
import { type BenchShape, benchHandlers, benchShapes, benchTemplate } from '../bench/bench-template.ts';
import { type Measured, measureTasks } from '../bench/measure-tasks.ts';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { counted } from '../output/counted.ts';
import { createLogger } from '../output/logger.ts';
import { layOut } from '../output/table.ts';
import { formatDuration } from '../output/time.ts';

export interface RunBenchOptions {
  readonly tasks: string;
  readonly steps: string;
  readonly inFlight: string;
  readonly shape: string;
}

interface Plan {
  readonly tasks: number;
  readonly steps: number;
  readonly inFlight: number;
  readonly shape: BenchShape;
}

/** Tasks run one at a time, for what a single one takes. */
const single = 50;

/**
 * Measures this database with a worker in this process, in a schema of its own that is dropped at the end: figures to
 * compare two databases, machines or settings by, on the same day.
 */
export async function runBench(cli: Cli, options: RunBenchOptions): Promise<ExitCode> {
  const plan = checkOptions(options);
  const { terminal } = cli;
  const { url: _url, name: _name, migrate: _migrate, ...limits } = cli.config.database;
  const schema = `tasker_bench_${process.pid}`;
  const onWarning = (message: string) => terminal.note(`tasker: ${message}`);
  const db = await openDatabase(cli.database, { ...limits, schema, onWarning });
  try {
    terminal.print(
      `On ${printableUrl(cli.database)}, schema ${schema}, one worker in this process: ${described(plan)}.`,
    );
    const report = await measure(cli, db, plan);
    terminal.printJson({ database: printableUrl(cli.database), ...plan, ...report });
    tell(cli, report);
    return exitCodes.done;
  } finally {
    await dropSchema(db);
    await db.close();
  }
}

function checkOptions({ tasks, steps, inFlight, shape: named }: RunBenchOptions): Plan {
  const shape = benchShapes.find((known) => known === named);
  if (shape === undefined) throw new UsageError(`--shape must be ${benchShapes.join(' or ')}, not ${named}.`);
  return {
    tasks: wholeNumber('--tasks', tasks, 1, 1_000_000),
    steps: wholeNumber('--steps', steps, shape === 'wide' ? 3 : 1, 1000),
    inFlight: wholeNumber('--in-flight', inFlight, 1, 10_000),
    shape,
  };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} must be a whole number from ${least} to ${most}, not ${text}.`);
}

function described({ tasks, steps, inFlight, shape }: Plan): string {
  return `${counted(tasks, 'task')} of ${counted(steps, 'step')} (${shape}), ${inFlight} at a time`;
}

interface Report {
  readonly oneAtATime: Measured;
  readonly atLoad: Measured;
  /** Of the whole server, so of whoever else writes to it meanwhile, too. */
  readonly walBytesPerStep: number;
}

async function measure(cli: Cli, db: Database, plan: Plan): Promise<Report> {
  const { tasks, steps: stepsPerTask, inFlight, shape } = plan;
  const template = benchTemplate(shape, stepsPerTask);
  const logger = createLogger(cli, 'warn');
  const worker = { concurrency: Math.max(cli.config.worker.concurrency, 1000) };
  const tasker = await createTasker({ database: db, templates: [template], handlers: benchHandlers, worker, logger });
  try {
    // The first tasks meet cold caches and code that is not compiled yet.
    await measureTasks(tasker, template, { tasks: Math.min(tasks, 200), inFlight, stepsPerTask });
    const oneAtATime = await measureTasks(tasker, template, {
      tasks: Math.min(tasks, single),
      inFlight: 1,
      stepsPerTask,
    });
    const before = await writtenBytes(db);
    const atLoad = await measureTasks(tasker, template, { tasks, inFlight, stepsPerTask });
    const walBytesPerStep = ((await writtenBytes(db)) - before) / (tasks * stepsPerTask);
    return { oneAtATime, atLoad, walBytesPerStep };
  } finally {
    await tasker.stop();
  }
}

async function writtenBytes(db: Database): Promise<number> {
  const [row] = await db.query<{ bytes: number }>({
    text: "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes",
  });
  return row?.bytes ?? Number.NaN;
}

function tell({ terminal }: Cli, { oneAtATime, atLoad, walBytesPerStep }: Report): void {
  const header = ['', 'TASKS', 'TOOK', 'TASKS/S', 'STEPS/S', 'P50', 'P95'].map((title) => terminal.style('dim', title));
  const rows = [line('one at a time', oneAtATime), line(`${atLoad.inFlight} at a time`, atLoad)];
  terminal.print();
  for (const text of layOut([header, ...rows])) terminal.print(text);
  terminal.print();
  terminal.print(`${Math.round(walBytesPerStep)} bytes of WAL per step at load, as the whole server counts them.`);
}

function line(what: string, { tasks, seconds, tasksPerSecond, stepsPerSecond, p50Ms, p95Ms }: Measured): string[] {
  const rates = [tasksPerSecond, stepsPerSecond].map((rate) => Math.round(rate).toLocaleString('en'));
  return [
    what,
    `${tasks}`,
    formatDuration(seconds * 1000),
    ...rates,
    ...[p50Ms, p95Ms].map((ms) => `${ms.toFixed(1)} ms`),
  ];
}

/** Only what this run made: the schema bears the number of this process. */
async function dropSchema(db: Database): Promise<void> {
  await db.query({ text: 'drop schema if exists tasker cascade' });
}
