import { InvalidOptions } from '../../errors.ts';
import { nearestName } from '../../lifecycle/1-template/language/nearest-name.ts';
import { sensitiveWords } from '../../lifecycle/4-execution/result-pipeline.ts';
import { defaultDatabaseUrl } from '../../postgres/open-database.ts';
import { checkSchemaName, defaultSchema } from '../../postgres/schema-name.ts';
import { logFormats } from '../log-line.ts';
import { type CacheConfig, cacheDefaults, cacheProblems } from './cache-config.ts';
import { logLevels, type TaskerConfig } from './config.ts';
import { findConfigFile, readConfigFile } from './read-config-file.ts';
import { type SettingOrigin, SettingReader } from './setting-reader.ts';

export interface LoadConfigOptions {
  /** Default: `TASKER_CONFIG`, else `tasker.config.ts`, `.js`, `.mjs`, `.json`, `.yaml` or `.yml` in `folder`. */
  readonly file?: string | undefined;
  /** Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where to look for a file. Default: the working directory. */
  readonly folder?: string;
  /** `TASKER_*` variables that the caller reads itself. */
  readonly otherVariables?: readonly string[];
}

export interface LoadedConfig {
  readonly config: TaskerConfig;
  /** By setting (`worker.leaseMs`): where its value came from. */
  readonly origins: ReadonlyMap<string, SettingOrigin>;
}

/**
 * The configuration in force: variables over the file over the defaults.
 *
 * @throws {InvalidOptions} with everything that is wrong
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<LoadedConfig> {
  const env = options.env ?? process.env;
  const file = options.file ?? (env['TASKER_CONFIG'] || findConfigFile(options.folder ?? process.cwd()));
  const data = file === undefined ? {} : await readConfigFile(file);
  const reader = new SettingReader({ data, file, env });
  const config = readSettings(reader);
  const problems = reader.problems([...readElsewhere, ...(options.otherVariables ?? [])]);
  if (problems.length > 0) throw new InvalidOptions(problems);
  freeze(config);
  return { config, origins: reader.origins };
}

const readElsewhere = ['TASKER_CONFIG', 'TASKER_HOST', 'TASKER_PORT'];

function readSettings(read: SettingReader): TaskerConfig {
  const environment = read.text('environment', 'development', undefined, 'TASKER_ENV');
  const databases = read.texts('databases', urlProblem);
  return {
    environment,
    databases,
    database: {
      ...readPlace(read, databases),
      schema: read.text('database.schema', defaultSchema, schemaProblem),
      maxConnections: read.whole('database.maxConnections', 10, 1),
      connectTimeoutMs: read.whole('database.connectTimeoutMs', 10_000, 1),
      queryTimeoutMs: read.whole('database.queryTimeoutMs', 60_000, 1),
      migrate: read.flag('database.migrate', true),
    },
    worker: {
      enabled: read.flag('worker.enabled', true),
      name: read.optionalText('worker.name'),
      namespaces: read.list('worker.namespaces'),
      concurrency: read.whole('worker.concurrency', 100, 1),
      leaseMs: read.whole('worker.leaseMs', 15_000, 100),
      pollMs: read.whole('worker.pollMs', 3_000, 1),
      shutdownMs: read.whole('worker.shutdownMs', 30_000, 0),
      maxResultBytes: read.whole('worker.maxResultBytes', 1024 * 1024, 2),
      cacheBytes: read.whole('worker.cacheBytes', 64 * 1024 * 1024, 0),
    },
    templates: {
      folders: read.list('templates.folders', 'TASKER_TEMPLATES'),
      replace: read.flag('templates.replace', false),
    },
    log: {
      level: read.oneOf('log.level', 'warn', logLevels),
      format: read.oneOf('log.format', 'json', logFormats),
      filterParameters: read.list('log.filterParameters', undefined, sensitiveWords),
      filterMask: read.text('log.filterMask', '[FILTERED]'),
    },
    telemetry: { slowThresholdMs: read.whole('telemetry.slowThresholdMs', 1_000, 1) },
    health: {
      cacheDurationSeconds: read.whole('health.cacheDurationSeconds', 15, 1),
      readinessTimeoutSeconds: read.whole('health.readinessTimeoutSeconds', 5, 1),
    },
    cache: readCache(read),
    upkeep: {
      enabled: read.flag('upkeep.enabled', true),
      retentionDays: read.optionalWhole('upkeep.retentionDays', 1),
    },
  };
}

function readCache(read: SettingReader): CacheConfig {
  const seconds = (name: NumberIn<CacheConfig>) => read.whole(`cache.${name}`, cacheDefaults[name], 1);
  const share = (name: NumberIn<CacheConfig>) => read.share(`cache.${name}`, cacheDefaults[name]);
  const cache: CacheConfig = {
    defaultTtlSeconds: seconds('defaultTtlSeconds'),
    dashboardTtlSeconds: seconds('dashboardTtlSeconds'),
    adaptiveTtlEnabled: read.flag('cache.adaptiveTtlEnabled', cacheDefaults.adaptiveTtlEnabled),
    minAdaptiveTtlSeconds: seconds('minAdaptiveTtlSeconds'),
    maxAdaptiveTtlSeconds: seconds('maxAdaptiveTtlSeconds'),
    adaptiveCalculationIntervalSeconds: seconds('adaptiveCalculationIntervalSeconds'),
    performanceTrackingEnabled: read.flag('cache.performanceTrackingEnabled', cacheDefaults.performanceTrackingEnabled),
    hitRateSmoothingFactor: share('hitRateSmoothingFactor'),
    accessFrequencyDecayRate: share('accessFrequencyDecayRate'),
    pressureThreshold: share('pressureThreshold'),
  };
  // each by itself is fine by now
  for (const problem of cacheProblems(cache)) read.refuse(problem);
  return cache;
}

type NumberIn<Section> = { [Key in keyof Section]: Section[Key] extends number ? Key : never }[keyof Section];

/** A database is named or given by its URL; what is said nearer to the process counts more. */
function readPlace(
  read: SettingReader,
  databases: TaskerConfig['databases'],
): { url: string; name: string | undefined } {
  const url = read.text('database.url', defaultDatabaseUrl, urlProblem);
  const name = read.optionalText('database.name');
  if (name === undefined) return { url, name };
  const rank = (key: string) => ranks[read.origins.get(key)?.from ?? 'default'];
  if (rank('database.url') > rank('database.name')) return { url, name: undefined };
  if (rank('database.url') === rank('database.name')) {
    read.refuse('`database.url` and `database.name` both say which database it is: leave one of them out.');
  }
  const named = Object.hasOwn(databases, name) ? databases[name] : undefined;
  if (named === undefined) read.refuse(unknownDatabase(name, Object.keys(databases)));
  return { url: named ?? url, name };
}

const ranks = { default: 0, file: 1, variable: 2 } as const;

function unknownDatabase(name: string, known: readonly string[]): string {
  if (known.length === 0) {
    return `\`database.name\` is ${JSON.stringify(name)}, and there are no \`databases\`: add it there with its URL, or give \`database.url\`.`;
  }
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `There are: ${known.join(', ')}.` : `Do you mean \`${nearest}\`?`;
  return `\`database.name\` is ${JSON.stringify(name)}, which is none of \`databases\`. ${hint}`;
}

function urlProblem(url: string): string | undefined {
  if (/^(postgres(ql)?:\/\/|(file|pglite):.|memory:$)/i.test(url)) return undefined;
  return 'must be postgres://user:password@host/database, file:DIR, memory: or pglite:DIR';
}

function schemaProblem(schema: string): string | undefined {
  try {
    checkSchemaName(schema);
    return undefined;
  } catch {
    return 'must hold only lower-case letters, digits and underscores, be at most 48 long and not start with pg_';
  }
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values<unknown>({ ...value })) freeze(inner);
  Object.freeze(value);
}
