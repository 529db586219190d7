import { type LoadedConfig, loadConfig } from '@tasker/engine';

/** Variables of the command itself, which the engine does not know. */
const ownVariables = ['TASKER_URL', 'TASKER_TOKEN'];

/**
 * The configuration in force, with the database that the command line names over everything else.
 *
 * @throws {InvalidOptions} with everything that is wrong
 */
export async function loadConfiguration(database: string | undefined): Promise<LoadedConfig> {
  // What is not going to be used is not complained about either.
  const env = database === undefined ? process.env : { ...process.env, TASKER_DATABASE_URL: '' };
  const { config, origins } = await loadConfig({ env, otherVariables: ownVariables });
  if (database === undefined) return { config, origins };
  return { config: { ...config, database: { ...config.database, url: database } }, origins };
}
