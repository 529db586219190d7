import { type Client, createClient } from '@tasker/client';
import type { HealthStatusAnswer, Readiness } from '@tasker/contract/wire';
import type { Cli } from '../cli.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { layOut } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';

const questions = { live: askLive, ready: askReady, status: askStatus };

/** Asks a server how it stands; the exit code tells those who do not read. */
export async function askHealth({ terminal, server }: Cli, about: string): Promise<ExitCode> {
  const [, ask] = Object.entries(questions).find(([question]) => question === about) ?? [];
  if (ask === undefined) {
    throw new UsageError(`Ask about one of ${Object.keys(questions).join(', ')}, not ${JSON.stringify(about)}.`);
  }
  if (server === undefined) {
    throw new UsageError('Name the server with --url or TASKER_URL; `tasker doctor` looks at a database.');
  }
  // Whoever asks wants to know how it stands now, not whether it will do better.
  const client = createClient({ ...server, retries: 0, timeoutMs: 10_000 });
  return (await ask(terminal, client)) ? exitCodes.done : exitCodes.failed;
}

async function askLive(terminal: Terminal, { health }: Client): Promise<boolean> {
  const liveness = await health.live();
  terminal.printJson(liveness);
  terminal.print(terminal.style('green', 'alive'));
  return liveness.alive;
}

async function askReady(terminal: Terminal, { health }: Client): Promise<boolean> {
  const readiness = await health.ready();
  terminal.printJson(readiness);
  const { ready, message, checks } = readiness;
  terminal.print(`${terminal.style(ready ? 'green' : 'red', ready ? 'ready' : 'not ready')}: ${message}`);
  for (const [name, check] of Object.entries(checks)) terminal.print(checkLine(terminal, name, check));
  return ready;
}

function checkLine({ style }: Terminal, name: string, check: Readiness['checks']['database']): string {
  const well = check.status === 'healthy';
  return `${style(well ? 'green' : 'red', well ? '✓' : '✗')} ${name}: ${check.error ?? check.message}`;
}

async function askStatus(terminal: Terminal, { health }: Client): Promise<boolean> {
  const status = await health.status();
  terminal.printJson(status);
  const { healthy, problems } = status;
  terminal.print(terminal.style(healthy ? 'green' : 'red', status.status));
  for (const problem of problems) terminal.print(`${terminal.style('red', '✗')} ${problem}`);
  terminal.print();
  for (const line of layOut(figuresOf(status))) terminal.print(line);
  return healthy;
}

function figuresOf({ metrics, workers, database, unserved_handlers: unserved }: HealthStatusAnswer): string[][] {
  return [
    ['tasks', countsOf(metrics.tasks)],
    ['steps', countsOf(metrics.steps)],
    ['retries', countsOf(metrics.retries)],
    ['workers', `${workers.alive} alive`],
    ['connections', `${database.active_connections} of ${database.max_connections}`],
    ...(unserved.length === 0 ? [] : [['no worker for', unserved.join(', ')]]),
  ];
}

/** What there is none of is left out, `--json` has it. */
function countsOf(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`).join(', ') || 'none';
}
