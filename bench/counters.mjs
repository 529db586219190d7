// What a measurement costs: CPU and memory from /proc (Linux; elsewhere those figures are missing), and PostgreSQL's
// own counters.
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { adminUrl, databaseUrl } from './postgres.mjs';

const ticksPerSecond = 100; // USER_HZ on every Linux that runs Node

/** CPU seconds of this process so far. */
export function ownCpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** CPU seconds of a process, of the children it has reaped and of its living descendants. */
export function treeCpuSeconds(pid) {
  return treeOf(pid).reduce((sum, process) => sum + process.cpuSeconds, 0);
}

/** Memory of a process and its descendants in MiB; pages they share, such as PostgreSQL's buffers, count once. */
export function treeMemoryMiB(pid) {
  return treeOf(pid).reduce((sum, process) => sum + proportionalMemoryMiB(process.pid), 0);
}

/** Largest resident size of this process so far, in MiB. */
export function ownPeakMemoryMiB() {
  return process.resourceUsage().maxRSS / 1024;
}

/** CPU seconds of the whole machine: busy with anything, and taken away by the host. */
export function machineCpuSeconds() {
  const line = readProc('stat')?.split('\n')[0];
  if (!line) return { busy: Number.NaN, stolen: Number.NaN };
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle, ioWait, , , stolen] = ticks;
  const all = ticks.reduce((sum, value) => sum + value, 0);
  return { busy: (all - idle - ioWait - stolen) / ticksPerSecond, stolen: stolen / ticksPerSecond };
}

/**
 * Reads PostgreSQL's counters for one database. WAL and CPU are those of the whole server, which a run has to itself.
 * Statements are what clients sent; statements inside functions are not counted again.
 */
export async function openPostgresCounters(database) {
  const admin = new pg.Client(adminUrl());
  await admin.connect();
  const inside = new pg.Client({ connectionString: databaseUrl(database), application_name: 'bench-counters' });
  await inside.connect();
  const pidFile = await admin.query(`select pg_read_file('postmaster.pid') as text`);
  const postmaster = Number(pidFile.rows[0].text.split('\n')[0]);
  const hasStatements = await admin.query('select from pg_stat_statements limit 1').then(
    () => true,
    () => false,
  );

  return {
    async sample() {
      const wal = await admin.query(walSql);
      const statements = hasStatements ? await admin.query(statementsSql, [database]) : { rows: [{}] };
      return {
        walBytes: Number(wal.rows[0].bytes),
        statements: Number(statements.rows[0].calls ?? Number.NaN),
        statementMs: Number(statements.rows[0].ms ?? Number.NaN),
        cpuSeconds: treeCpuSeconds(postmaster),
      };
    },
    /** Commits, and rows written per table, since the database was made; partitions count as their table. */
    async written() {
      const commits = await admin.query('select xact_commit from pg_stat_database where datname = $1', [database]);
      const { rows } = await inside.query(tablesSql);
      const tables = Object.fromEntries(rows.map(({ name, ...figures }) => [name, mapNumbers(figures)]));
      return { commits: Number(commits.rows[0].xact_commit), tables };
    },
    /** Calls and milliseconds so far of the statements that contain `text`; null where nothing keeps count. */
    async statementsWith(text) {
      if (!hasStatements) return null;
      const { rows } = await admin.query(statementsWithSql, [database, text]);
      return mapNumbers(rows[0]);
    },
    async databaseMiB() {
      const { rows } = await admin.query('select pg_database_size($1) / 1048576.0 as mib', [database]);
      return Number(rows[0].mib);
    },
    memoryMiB: () => treeMemoryMiB(postmaster),
    async close() {
      await inside.end();
      await admin.end();
    },
  };
}

const walSql = `select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes`;

// Deferred foreign keys are checked at commit by queries of the server's own, which look as if a client had sent them.
const statementsSql = `
  select coalesce(sum(calls), 0) as calls, coalesce(sum(total_exec_time), 0) as ms
    from pg_stat_statements s join pg_database d on d.oid = s.dbid
   where d.datname = $1 and s.query not like 'SELECT % FROM ONLY % FOR KEY SHARE OF x'`;

const statementsWithSql = `
  select coalesce(sum(calls), 0) as calls, coalesce(sum(total_exec_time), 0) as ms
    from pg_stat_statements s join pg_database d on d.oid = s.dbid
   where d.datname = $1 and strpos(s.query, $2) > 0`;

const tablesSql = `
  select coalesce(pg_partition_root(relid), relid)::regclass::text as name,
         sum(n_tup_ins) as inserted, sum(n_tup_upd) as updated, sum(n_tup_del) as deleted
    from pg_stat_user_tables group by 1 order by 1`;

function mapNumbers(figures) {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Number(value)]));
}

function treeOf(root) {
  const all = readdirProc().map(readProcess).filter(Boolean);
  const tree = all.filter((process) => process.pid === root);
  for (const parent of tree) tree.push(...all.filter((process) => process.parent === parent.pid));
  return tree;
}

function readProcess(pid) {
  const text = readProc(`${pid}/stat`);
  if (!text) return null;
  // The second field is the program's name in parentheses, which may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [, parent] = fields.map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0);
  return { pid, parent, cpuSeconds: ticks / ticksPerSecond };
}

function proportionalMemoryMiB(pid) {
  const match = /^Pss:\s+(\d+)/m.exec(readProc(`${pid}/smaps_rollup`) ?? '');
  return match ? Number(match[1]) / 1024 : 0;
}

function readdirProc() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readProc(name) {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return null;
  }
}
