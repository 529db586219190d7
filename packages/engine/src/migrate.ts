export {
  DatabaseIsNewer,
  type Migration,
  type MigrationOptions,
  type MigrationStatus,
  migrate,
  migrationStatus,
} from './postgres/migrate.ts';
