import type { TaskerLogger } from './logger.ts';

/** A logger whose troubles are its own: what it throws disturbs neither the engine nor handlers. */
export function steadfast(logger: TaskerLogger): TaskerLogger {
  const say =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...line: [object | string, string?]): void => {
      try {
        Reflect.apply(logger[level], logger, line);
      } catch {
        // there is nowhere left to say it
      }
    };
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    isLevelEnabled: (level) => logger.isLevelEnabled?.(level) ?? false,
    child(fields) {
      try {
        return steadfast(logger.child(fields));
      } catch {
        return steadfast(logger);
      }
    },
  };
}
