import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { underLock } from '../folder-lock.ts';
import { type Binaries, prepareBinaries, tryBinaries } from './binaries.ts';
import { prepareData, readPassword, role } from './data-folder.ts';
import { locateData } from './data-place.ts';
import { enterFolder, refuseForeignUsers } from './folder-users.ts';
import { ensurePostmaster, findPostmaster, stopPostmaster } from './postmaster.ts';
import { chooseServerUser, giveToOwnerOf, type ServerUser } from './server-user.ts';
import { EmbeddedUnavailable } from './unavailable.ts';

export interface EmbeddedServerOptions {
  /** Leave the server running when its last user leaves; default false. */
  readonly keepRunning?: boolean;
  /** PostgreSQL settings on top of ours, such as `{ fsync: 'off' }` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A `bin` folder with PostgreSQL's programs; default the ones from the registry. */
  readonly binFolder?: string;
  /** How long starting and recovering may take, milliseconds; default 60,000. */
  readonly startTimeoutMs?: number;
  /** Hears of what takes time or heals by itself. Default: nobody does. */
  readonly onWarning?: (message: string) => void;
}

/** A PostgreSQL server of our own, on the data of one folder, shared by all processes that open that folder. */
export interface EmbeddedServer {
  /** Where it can be reached, with its password; changes when the server is started again. */
  readonly url: () => string;
  /** Starts the server again if it is gone, and gives its URL. */
  readonly revive: () => Promise<string>;
  /** Leaves the server; stops it when nobody else uses it. */
  readonly leave: () => Promise<void>;
}

/**
 * Opens the server of `folder`: finds it running, or starts it, or creates it.
 *
 * Anything may be killed at any time. Nothing but what PostgreSQL itself keeps (`postmaster.pid`) says whether a
 * server runs, so there is no second truth to go stale; the lock only saves work that PostgreSQL would refuse.
 *
 * @throws EmbeddedUnavailable when no server can run here.
 */
export async function openEmbeddedServer(folder: string, options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const home = makeFolder(folder);
  const timeoutMs = options.startTimeoutMs ?? 60_000;
  const lock = join(home, 'lock');

  const ensureRunning = async () => {
    const running = findPostmaster(locateData(home));
    if (running?.status === 'ready') return { data: locateData(home), port: running.port };
    await refuseForeignUsers(home, options.onWarning ?? (() => undefined));
    const user = chooseServerUser(home);
    const binaries = findBinaries(options.binFolder, user);
    const settings = options.settings ?? {};
    const data = prepareData({ folder: home, binaries, user, noSync: settings.fsync === 'off' });
    const logFile = join(home, 'server.log');
    const postmaster = await ensurePostmaster({ data, binaries, user, logFile, settings, timeoutMs });
    giveToOwnerOf(home, logFile);
    return { data, port: postmaster.port };
  };

  const { us, ...found } = await underLock(lock, timeoutMs, async () => {
    const running = await ensureRunning();
    return { ...running, us: enterFolder(home, options.keepRunning ? undefined : { data: running.data }) };
  });
  let server = found;
  const url = () => `postgres://${role}:${readPassword(server.data)}@127.0.0.1:${server.port}/postgres`;
  return {
    url,
    revive: async () => {
      server = await underLock(lock, timeoutMs, ensureRunning);
      return url();
    },
    leave: async () => {
      // Somebody has deleted the folder: the server notices within a minute and ends by itself.
      if (!existsSync(home)) {
        us.leave();
        return;
      }
      await underLock(lock, timeoutMs, async () => {
        if (us.leave() && !options.keepRunning) await stopPostmaster(server.data);
      });
    },
  };
}

function makeFolder(folder: string): string {
  const made = mkdirSync(folder, { recursive: true });
  const home = realpathSync(folder);
  // A folder that was there may be somebody's project; only one of our own is kept out of version control.
  if (made !== undefined) {
    writeFileSync(join(home, '.gitignore'), '*\n');
    giveToOwnerOf(dirname(made), made);
  }
  return home;
}

function findBinaries(binFolder: string | undefined, user: ServerUser): Binaries {
  if (binFolder === undefined) return prepareBinaries(user);
  const binaries = tryBinaries(binFolder, user);
  if (typeof binaries === 'string')
    throw new EmbeddedUnavailable(`the programs in ${binFolder} do not run (${binaries})`);
  return binaries;
}
