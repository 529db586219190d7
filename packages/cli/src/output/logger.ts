import { filterSensitive, type LogLevel, logLevels, type TaskerLogger } from '@tasker/engine';
import type { Cli } from '../cli.ts';
import { errorLine } from './error-line.ts';

type LogSettings = Pick<Cli, 'terminal' | 'verbose' | 'logLevel'>;

/** The engine's log as lines for people, on standard error: all of it with `--verbose`, else as configured. */
export function createLogger({ terminal, verbose, logLevel }: LogSettings, otherwise: LogLevel): TaskerLogger {
  const threshold = logLevels.indexOf(verbose ? 'debug' : (logLevel ?? otherwise));

  function loggerWith(bound: object): TaskerLogger {
    const log = (level: LogLevel) => (first: object | string, second?: string) => {
      if (logLevels.indexOf(level) < threshold) return;
      const fields = typeof first === 'string' ? bound : { ...bound, ...first };
      terminal.note([`${level}:`, typeof first === 'string' ? first : (second ?? ''), ...describe(fields)].join(' '));
    };
    return {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      isLevelEnabled: (level) => logLevels.indexOf(level) >= threshold,
      child: (fields) => loggerWith({ ...bound, ...fields }),
    };
  }
  return loggerWith({});
}

function describe(fields: object): string[] {
  return Object.entries(fields).flatMap(([key, value]: [string, unknown]) => {
    if (value === undefined || value === null) return [];
    return `${key}=${value instanceof Error ? errorLine(value) : JSON.stringify(masked(key, value))}`;
  });
}

const filter = filterSensitive();

/** Secrets are not for the screen either. */
function masked(key: string, value: unknown): unknown {
  const filtered = filter({ [key]: value });
  return typeof filtered === 'object' && filtered !== null ? Reflect.get(filtered, key) : filtered;
}
