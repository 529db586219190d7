import { readFile } from 'node:fs/promises';
import { findSetting, type Reading, readFlag, readRecord, readText, type Setting } from './read-setting.ts';

/** Certificates, as PEM text or as files that hold it. */
export interface ApiSsl {
  /** Whether the service has to prove who it is. Default true. */
  readonly verify?: boolean;
  /** Who may vouch for the service, in place of those that Node trusts. */
  readonly ca?: string;
  readonly caFile?: string;
  /** What the handler proves with who it is. */
  readonly cert?: string;
  readonly certFile?: string;
  readonly key?: string;
  readonly keyFile?: string;
  readonly passphrase?: string;
  /** The name in the certificate, where it is not the host of the address. */
  readonly serverName?: string;
}

export function readSsl(setting: Setting): Reading<ApiSsl> {
  const record = readRecord(setting);
  if (record.problems !== undefined) return record;
  const ssl: Record<string, string | boolean> = {};
  const problems: string[] = [];
  for (const name of names) {
    const found = findSetting(record.value, [name]);
    if (found === undefined) continue;
    const own = { ...found, key: `${setting.key}.${found.key}` };
    const reading: Reading<string | boolean> = name === 'verify' ? readFlag(own) : readText(own);
    if (reading.problems === undefined) ssl[name] = reading.value;
    else problems.push(...reading.problems);
  }
  return problems.length > 0 ? { problems } : { value: ssl };
}

const names = [
  'verify',
  'ca',
  'caFile',
  'cert',
  'certFile',
  'key',
  'keyFile',
  'passphrase',
  'serverName',
] as const satisfies readonly (keyof ApiSsl)[];

/** The same in the words of Node. */
export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
}

export async function tlsOptions(ssl: ApiSsl): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all([
    ssl.ca ?? textOf(ssl.caFile),
    ssl.cert ?? textOf(ssl.certFile),
    ssl.key ?? textOf(ssl.keyFile),
  ]);
  return {
    rejectUnauthorized: ssl.verify ?? true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ssl.passphrase === undefined ? {} : { passphrase: ssl.passphrase }),
    ...(ssl.serverName === undefined ? {} : { servername: ssl.serverName }),
  };
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : readFile(file, 'utf8');
}
