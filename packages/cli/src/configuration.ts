import { type LoadedConfig, loadConfig } from '@tasker/engine';

/** Variables of the command itself, which the engine does not know. */
const ownVariables = ['TASKER_URL', 'TASKER_TOKEN'];

/** What the command line says over everything else. */
export interface NamedConfiguration {
  readonly config?: string | undefined;
  readonly database?: string | undefined;
}

/**
 * The configuration in force: the command line over variables over the file over the defaults.
 *
 * @throws {InvalidOptions} with everything that is wrong
 */
export async function loadConfiguration({ config: file, database }: NamedConfiguration): Promise<LoadedConfig> {
  // What is not going to be used is not complained about either.
  const env =
    database === undefined ? process.env : { ...process.env, TASKER_DATABASE_URL: '', TASKER_DATABASE_NAME: '' };
  const { config, origins } = await loadConfig({ file, env, otherVariables: ownVariables });
  if (database === undefined) return { config, origins };
  return { config: { ...config, database: { ...config.database, url: database, name: undefined } }, origins };
}
