import type { LogFormat } from '../log-line.ts';
import type { CacheConfig } from './cache-config.ts';

/** Everything that can be configured, defaults filled in. Frozen. Each key does something; what does not is refused. */
export interface TaskerConfig {
  /** Picks the overrides of templates. `TASKER_ENV`, default `development`. */
  readonly environment: string;
  /**
   * The databases that there are, by names of your own: that of the program, and others. In the variable
   * `TASKER_DATABASES` as JSON. Only the one that `database.name` names is opened.
   */
  readonly databases: Readonly<Record<string, string>>;
  /**
   * The database of the engine, which need not be that of the program around it: nothing else is read or written.
   */
  readonly database: {
    /** `TASKER_DATABASE_URL`, default `file:.tasker`; with `name` the URL that the name stands for. */
    readonly url: string;
    /** One of `databases`. `TASKER_DATABASE_NAME`; undefined, the default: it is given by its URL. */
    readonly name: string | undefined;
    /** `TASKER_DATABASE_SCHEMA`, default `tasker`. */
    readonly schema: string;
    /** `TASKER_DATABASE_MAX_CONNECTIONS`, default 10; without the one that listens. */
    readonly maxConnections: number;
    /** `TASKER_DATABASE_CONNECT_TIMEOUT_MS`, default 10,000. */
    readonly connectTimeoutMs: number;
    /** `TASKER_DATABASE_QUERY_TIMEOUT_MS`, default 60,000. */
    readonly queryTimeoutMs: number;
    /** Bring it up to date at the start. `TASKER_DATABASE_MIGRATE`, default true. */
    readonly migrate: boolean;
  };
  readonly worker: {
    /** Whether this process works on steps. `TASKER_WORKER_ENABLED`, default true. */
    readonly enabled: boolean;
    /** `TASKER_WORKER_NAME`; undefined, the default: host name and process id. */
    readonly name: string | undefined;
    /** `TASKER_WORKER_NAMESPACES`, default all. */
    readonly namespaces: readonly string[];
    /** `TASKER_WORKER_CONCURRENCY`, default 100. */
    readonly concurrency: number;
    /** `TASKER_WORKER_LEASE_MS`, default 15,000. */
    readonly leaseMs: number;
    /** `TASKER_WORKER_POLL_MS`, default 3,000. */
    readonly pollMs: number;
    /** `TASKER_WORKER_SHUTDOWN_MS`, default 30,000. */
    readonly shutdownMs: number;
    /** `TASKER_WORKER_MAX_RESULT_BYTES`, default 1 MiB. */
    readonly maxResultBytes: number;
    /** `TASKER_WORKER_CACHE_BYTES`, default 64 MiB. */
    readonly cacheBytes: number;
  };
  readonly templates: {
    /** Files and folders to register templates from. `TASKER_TEMPLATES`, separated by commas; default none. */
    readonly folders: readonly string[];
    /** Make different content under a version that exists a new revision. `TASKER_TEMPLATES_REPLACE`, default false. */
    readonly replace: boolean;
  };
  readonly log: {
    /** `TASKER_LOG_LEVEL`, default `warn`. */
    readonly level: LogLevel;
    /** `TASKER_LOG_FORMAT`, default `json`. */
    readonly format: LogFormat;
    /** Values whose names hold one of these words are masked. `TASKER_LOG_FILTER_PARAMETERS`, default `sensitiveWords`. */
    readonly filterParameters: readonly string[];
    /** `TASKER_LOG_FILTER_MASK`, default `[FILTERED]`. */
    readonly filterMask: string;
  };
  readonly telemetry: {
    /** Attempts that take longer are warned of. `TASKER_TELEMETRY_SLOW_THRESHOLD_MS`, default 1,000. */
    readonly slowThresholdMs: number;
  };
  /** Of a server. */
  readonly health: {
    /** How old the figures of the status may be. `TASKER_HEALTH_CACHE_DURATION_SECONDS`, default 15. */
    readonly cacheDurationSeconds: number;
    /** How long readiness may take to find out. `TASKER_HEALTH_READINESS_TIMEOUT_SECONDS`, default 5. */
    readonly readinessTimeoutSeconds: number;
  };
  /** Of a server. Each has its variable: `TASKER_CACHE_DEFAULT_TTL_SECONDS` and so on. */
  readonly cache: CacheConfig;
  readonly upkeep: {
    /** `TASKER_UPKEEP_ENABLED`, default true: at least one process must. */
    readonly enabled: boolean;
    /** Drop history older than this. `TASKER_UPKEEP_RETENTION_DAYS`; undefined, the default: keep it. */
    readonly retentionDays: number | undefined;
  };
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
