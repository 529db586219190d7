import { filterSensitive, type TaskerLogger } from '@tasker/engine';
import { errorLine } from './error-line.ts';
import type { Terminal } from './terminal.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

/** The engine's log as lines for people, on standard error. Level from `TASKER_LOG_LEVEL`. */
export function createLogger(terminal: Pick<Terminal, 'note'>, fallback: Level): TaskerLogger {
  const wanted = process.env['TASKER_LOG_LEVEL'];
  const threshold = levels.indexOf(levels.find((level) => level === wanted) ?? fallback);

  function loggerWith(bound: object): TaskerLogger {
    const log = (level: Level) => (first: object | string, second?: string) => {
      if (levels.indexOf(level) < threshold) return;
      const fields = typeof first === 'string' ? bound : { ...bound, ...first };
      terminal.note([`${level}:`, typeof first === 'string' ? first : (second ?? ''), ...describe(fields)].join(' '));
    };
    return {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      isLevelEnabled: (level) => levels.indexOf(level) >= threshold,
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
