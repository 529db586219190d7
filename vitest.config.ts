import { defineConfig } from 'vitest/config';

// Workspaces resolve each other's source, so that a change is seen without a build.
const conditions = ['tasker-source', 'module', 'node', 'development|production'];

const isolated = { pool: 'forks', testTimeout: 30_000, hookTimeout: 60_000 } as const;

// It tells errors by their class: it must get the same copy of graphql as our source does.
const inlined = { deps: { inline: ['graphql-http'] } };

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['tasker-source', 'node'] } },
  test: {
    maxWorkers: 2,
    server: inlined,
    reporters: ['default', './scripts/plain-line-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          ...isolated,
          name: 'unit',
          include: ['{packages,apps}/*/{src,test}/**/*.test.{ts,tsx}', 'examples/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.db.test.ts'],
        },
      },
      {
        // What needs a database: the servers are started once for the whole run, and only when such a test runs.
        extends: true,
        test: {
          ...isolated,
          name: 'database',
          testTimeout: 60_000,
          include: ['{packages,apps}/*/{src,test}/**/*.db.test.ts', 'examples/**/*.db.test.ts'],
          globalSetup: ['packages/engine/test/servers/start-servers.ts'],
        },
      },
    ],
  },
});
