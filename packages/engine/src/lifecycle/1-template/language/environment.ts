/** What is used when nobody says. */
const defaultEnvironment = 'development';

/**
 * The environment this process runs in: `TASKER_ENV`, else `development`. It picks the overrides of templates
 * (`environments.<name>`). The one place where the variable is read.
 */
export function currentEnvironment(): string {
  return process.env.TASKER_ENV || defaultEnvironment;
}

/** The names that environments usually have: a name that is almost one of them is a slip. */
export const usualEnvironments = ['development', 'test', 'production', 'staging'] as const;
