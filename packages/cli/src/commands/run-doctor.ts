import { createClient } from '@tasker/client';
import {
  type Database,
  type LoadedConfig,
  listWorkers,
  openDatabase,
  printableUrl,
  type SettingOrigin,
} from '@tasker/engine';
import { type MigrationStatus, migrationStatus } from '@tasker/engine/migrate';
import type { Cli } from '../cli.ts';
import { loadConfiguration, type NamedConfiguration } from '../configuration.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { errorLine } from '../output/error-line.ts';
import { layOut } from '../output/table.ts';
import { refuseMissingFolder } from '../session.ts';
import { readVersion } from '../version.ts';

/** One thing that was looked at. */
interface Finding {
  readonly check: string;
  /** `poor`: it works, and something is to be done about it. */
  readonly state: 'good' | 'poor' | 'bad';
  readonly said: string;
}

/** A clock that is off by more makes the times in logs and in history hard to compare. */
const mostSkewMs = 2_000;
const oldestPostgres = 14;

/** Looks at everything that a working Tasker needs, and says what is in force and where it came from. */
export async function runDoctor(cli: Cli, named: NamedConfiguration): Promise<ExitCode> {
  const { terminal } = cli;
  const loaded = await loadConfiguration(named);
  const findings = [
    ...checkProgram(),
    ...(await checkDatabase(cli)),
    ...(cli.server === undefined ? [] : [await checkServer(cli.server)]),
  ];
  const settings = settingsOf(loaded, named.database);
  const healthy = findings.every(({ state }) => state !== 'bad');
  terminal.printJson({ healthy, findings, settings });
  const marks = { good: ['green', '✓'], poor: ['yellow', '!'], bad: ['red', '✗'] } as const;
  for (const { check, state, said } of findings) {
    const [style, sign] = marks[state];
    terminal.print(`${terminal.style(style, sign)} ${check}: ${said}`);
  }
  terminal.print();
  const header = ['SETTING', 'VALUE', 'FROM'].map((title) => terminal.style('dim', title));
  for (const line of layOut([header, ...settings.map(({ setting, value, from }) => [setting, brief(value), from])])) {
    terminal.print(line);
  }
  return healthy ? exitCodes.done : exitCodes.failed;
}

function checkProgram(): Finding[] {
  return [{ check: 'tasker', state: 'good', said: `${readVersion()} on Node.js ${process.versions.node}` }];
}

async function checkDatabase({ config, database }: Cli): Promise<Finding[]> {
  const check = 'database';
  const { url: _url, name, migrate: _migrate, ...limits } = config.database;
  const where = `${name === undefined ? '' : `${name}, `}${printableUrl(database)}`;
  try {
    refuseMissingFolder(database);
  } catch (error) {
    return [{ check, state: 'bad', said: errorLine(error) }];
  }
  const findings: Finding[] = [];
  const onWarning = (said: string) => findings.push({ check, state: 'poor', said });
  const db = await openDatabase(database, { ...limits, onWarning });
  try {
    const before = Date.now();
    const [server] = await db.query<{ version: string; now: number; major: number }>({
      text: `select current_setting('server_version') as version,
                    current_setting('server_version_num')::integer / 10000 as major,
                    extract(epoch from clock_timestamp())::float8 * 1000 as now`,
    });
    const tookMs = Date.now() - before;
    if (server === undefined) throw new Error('it answers nothing');
    findings.push({ check, state: 'good', said: `${where} answers in ${tookMs} ms` });
    findings.push(versionFinding(server.version, server.major));
    // It looked at its clock at some time in between.
    findings.push(skewFinding(Math.round(server.now - (before + tookMs / 2)), tookMs));
    return [...findings, ...(await checkMigrations(db))];
  } catch (error) {
    const remedy = 'Check the URL given with --database or TASKER_DATABASE_URL, and that the server is running.';
    return [...findings, { check, state: 'bad', said: `${where} cannot be used: ${errorLine(error)}. ${remedy}` }];
  } finally {
    await db.close();
  }
}

async function checkMigrations(db: Database): Promise<Finding[]> {
  let status: MigrationStatus;
  try {
    status = await migrationStatus(db);
  } catch (error) {
    // The database is well; what it was made with is not ours.
    return [{ check: 'migrations', state: 'bad', said: errorLine(error) }];
  }
  const finding = migrationFinding(status.applied.length, status.pending.length);
  return status.pending.length > 0 ? [finding] : [finding, workerFinding((await listWorkers(db)).length)];
}

function versionFinding(version: string, major: number): Finding {
  const enough = major >= oldestPostgres;
  const said = `PostgreSQL ${version}${enough ? '' : `; it has to be ${oldestPostgres} or newer: upgrade it`}`;
  return { check: 'version', state: enough ? 'good' : 'bad', said };
}

function skewFinding(skewMs: number, tookMs: number): Finding {
  const check = 'clock';
  if (Math.abs(skewMs) <= Math.max(mostSkewMs, tookMs)) {
    return { check, state: 'good', said: 'the same as the database’s, within what can be measured' };
  }
  const direction = skewMs > 0 ? 'behind' : 'ahead of';
  const said = `${Math.abs(skewMs)} ms ${direction} the database’s. Tasks go by the database’s; synchronise this one (NTP).`;
  return { check, state: 'poor', said };
}

function migrationFinding(applied: number, pending: number): Finding {
  const check = 'migrations';
  if (pending === 0) return { check, state: 'good', said: `all ${applied} are applied` };
  return { check, state: 'bad', said: `${pending} of ${applied + pending} are missing. Run \`tasker migrate\`.` };
}

function workerFinding(running: number): Finding {
  const check = 'workers';
  if (running > 0) return { check, state: 'good', said: `${running} running` };
  return { check, state: 'poor', said: 'none is running. Start one with `tasker worker --tasks FILE`.' };
}

async function checkServer({
  url,
  token,
}: {
  readonly url: string;
  readonly token: string | undefined;
}): Promise<Finding> {
  const check = 'server';
  try {
    const { ready, message } = await createClient({ url, token, retries: 0, timeoutMs: 10_000 }).health.ready();
    return { check, state: ready ? 'good' : 'bad', said: `${url} answers. ${message}` };
  } catch (error) {
    return { check, state: 'bad', said: errorLine(error) };
  }
}

interface Setting {
  readonly setting: string;
  readonly value: string;
  readonly from: string;
}

function settingsOf({ config, origins }: LoadedConfig, database: string | undefined): Setting[] {
  return [...origins].map(([setting, origin]) => {
    const { name } = config.database;
    const named = name === undefined ? fromOf(origin) : `databases.${name}`;
    const from = setting === 'database.url' ? (database === undefined ? named : '--database') : fromOf(origin);
    return { setting, value: valueOf(setting, at(config, setting)), from };
  });
}

/** A long list would push everything else off the screen; `--json` has all of it. */
const brief = (value: string) => (/^[[{]/.test(value) && value.length > 60 ? `${value.slice(0, 59)}…` : value);

function at(config: object, setting: string): unknown {
  return setting
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      config,
    );
}

/** Passwords are for the database, not for whoever looks over a shoulder. */
function valueOf(setting: string, value: unknown): string {
  if (typeof value === 'string') return setting === 'database.url' ? printableUrl(value) : value;
  if (value === undefined) return '–';
  return JSON.stringify(setting === 'databases' ? printableUrls(value) : value);
}

function printableUrls(databases: unknown): unknown {
  const entries: [string, unknown][] = Object.entries(databases ?? {});
  return Object.fromEntries(entries.map(([name, url]) => [name, printableUrl(String(url))]));
}

function fromOf(origin: SettingOrigin): string {
  if (origin.from === 'file') return origin.file;
  return origin.from === 'variable' ? origin.variable : 'default';
}
