import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sensitiveWords } from '../../define.ts';
import { InvalidOptions } from '../../errors.ts';
import { workerSettings } from '../../worker/worker-options.ts';
import { cacheDefaults, cacheProblems } from './cache-config.ts';
import type { TaskerConfig } from './config.ts';
import { loadConfig } from './load-config.ts';
import { optionsFromConfig } from './options-from-config.ts';

describe('the configuration', () => {
  it('CORE-121: has a default for everything, the same that the engine has', async () => {
    const { config, origins } = await loadConfig({ env: {}, folder: folderWith({}) });
    expect(config).toEqual({
      environment: 'development',
      databases: {},
      database: {
        url: 'file:.tasker',
        name: undefined,
        schema: 'tasker',
        maxConnections: 10,
        connectTimeoutMs: 10_000,
        queryTimeoutMs: 60_000,
        migrate: true,
      },
      worker: { enabled: true, ...workerSettings({}) },
      templates: { folders: [], replace: false },
      log: { level: 'warn', format: 'json', filterParameters: sensitiveWords, filterMask: '[FILTERED]' },
      telemetry: { slowThresholdMs: 1_000 },
      health: { cacheDurationSeconds: 15, readinessTimeoutSeconds: 5 },
      cache: cacheDefaults,
      upkeep: { enabled: true, retentionDays: undefined },
    });
    expect(new Set([...origins.values()].map(({ from }) => from))).toEqual(new Set(['default']));
  });

  it('CORE-121: cannot be changed', async () => {
    const { config } = await loadConfig({ env: {}, folder: folderWith({}) });
    const parts: readonly object[] = [config, config.worker, config.worker.namespaces];
    for (const part of parts) expect(Reflect.set(part, 'url', 'x')).toBe(false);
  });

  it('takes a variable before the file before the default, and says which it was (TC-127)', async () => {
    const folder = folderWith({
      'tasker.config.yaml': 'environment: staging\nworker:\n  leaseMs: 500\n  concurrency: 7\n  namespaces: [shop]\n',
    });
    const env = { TASKER_WORKER_LEASE_MS: '900', TASKER_TEMPLATES: 'one, two', TASKER_WORKER_NAME: '', OTHER: '1' };
    const { config, origins } = await loadConfig({ env, folder });
    expect(config).toMatchObject({
      environment: 'staging',
      worker: { leaseMs: 900, concurrency: 7, namespaces: ['shop'], name: undefined, pollMs: 3_000 },
      templates: { folders: ['one', 'two'] },
    });
    const file = join(folder, 'tasker.config.yaml');
    expect(Object.fromEntries(origins)).toMatchObject({
      environment: { from: 'file', file },
      'worker.leaseMs': { from: 'variable', variable: 'TASKER_WORKER_LEASE_MS' },
      'templates.folders': { from: 'variable', variable: 'TASKER_TEMPLATES' },
      'worker.pollMs': { from: 'default' },
      'worker.name': { from: 'default' },
    });
  });

  it.each([
    ['tasker.config.json', '{ "log": { "level": "error" } }'],
    ['tasker.config.yml', 'log: { level: error }'],
    ['tasker.config.mjs', 'export default { log: { level: "error" } };'],
    ['tasker.config.ts', 'export default { log: { level: "error" as const } };'],
  ])('is found as %s', async (name, text) => {
    const { config } = await loadConfig({ env: {}, folder: folderWith({ [name]: text }) });
    expect(config.log.level).toBe('error');
  });

  it('is where TASKER_CONFIG says, or where the program says', async () => {
    const folder = folderWith({ 'a.yaml': 'environment: a', 'b.yaml': 'environment: b' });
    const env = { TASKER_CONFIG: join(folder, 'a.yaml') };
    expect((await loadConfig({ env })).config.environment).toBe('a');
    expect((await loadConfig({ env, file: join(folder, 'b.yaml') })).config.environment).toBe('b');
    expect((await loadConfig({ env: { ...env, TASKER_ENV: 'c' } })).config.environment).toBe('c');
  });

  it('CORE-121, CORE-122, TC-127: lists everything that is wrong with it, with the nearest name', async () => {
    const text = `
      worker: { concurency: 5, leaseMs: 1, pollMs: often, namespaces: shop.a }
      database: { url: 'mysql://user:secret@host/db', schema: pg_x, migrate: 1 }
      templates: [folder]
      log: { level: warning }
      auth: {}
    `;
    const folder = folderWith({ 'tasker.config.yaml': text });
    const env = { TASKER_DATBASE_URL: 'memory:', TASKER_UPKEEP_RETENTION_DAYS: '0', TASKER_PORT: 'tcp://10.0.0.1' };
    const problems = await problemsOf(loadConfig({ env, folder }));
    const file = join(folder, 'tasker.config.yaml');
    expect(problems.toSorted((one, other) => one.localeCompare(other))).toEqual(
      [
        `${file}: \`database.url\` must be postgres://user:password@host/database, file:DIR, memory: or pglite:DIR.`,
        `${file}: \`database.schema\` must hold only lower-case letters, digits and underscores, be at most 48 long and not start with pg_, not "pg_x".`,
        `${file}: \`database.migrate\` must be true or false, not 1.`,
        `${file}: \`worker.leaseMs\` must be a whole number of at least 100, not 1.`,
        `${file}: \`worker.pollMs\` must be a whole number of at least 1, not "often".`,
        `${file}: \`log.level\` must be one of debug, info, warn, error, fatal, silent, not "warning".`,
        'TASKER_UPKEEP_RETENTION_DAYS must be a whole number of at least 1, not "0".',
        `${file}: there is no setting \`worker.concurency\`. Do you mean \`worker.concurrency\`?`,
        `${file}: \`templates\` must hold settings by name: templates.folders, templates.replace.`,
        `${file}: there is no setting \`auth\`.`,
        'There is no variable TASKER_DATBASE_URL. Do you mean TASKER_DATABASE_URL?',
      ].toSorted((one, other) => one.localeCompare(other)),
    );
  });

  it.each([
    ['tasker.config.json', '{', 'cannot be read'],
    ['tasker.config.yaml', 'a: [', 'cannot be read'],
    ['tasker.config.yaml', '- a', 'must hold settings by name'],
    ['tasker.config.mjs', 'export const config = {};', 'has no default export'],
  ])('is refused when %s is %j', async (name, text, problem) => {
    const [first] = await problemsOf(loadConfig({ env: {}, folder: folderWith({ [name]: text }) }));
    expect(first).toContain(problem);
  });

  it('is refused when there are two files, or the one that was named is not there', async () => {
    const folder = folderWith({ 'tasker.config.json': '{}', 'tasker.config.yaml': '{}' });
    expect(await problemsOf(loadConfig({ env: {}, folder }))).toEqual([
      `There are several configuration files: ${join(folder, 'tasker.config.json')}, ${join(folder, 'tasker.config.yaml')}.`,
    ]);
    const [first] = await problemsOf(loadConfig({ env: {}, file: join(folder, 'missing.yaml') }));
    expect(first).toContain('missing.yaml cannot be read');
  });

  it('CORE-121: every setting changes what the engine is started with', async () => {
    const template = 'name: a\nsteps: [{ name: only, handler: { callable: do } }]\nenvironments: {}\n';
    const folder = folderWith({ 'a.yaml': template });
    const base = await loadConfig({ env: {}, folder: folderWith({}) });
    const before = await startedWith(base.config);
    const changes: Record<string, object> = {
      database: {
        url: 'memory:',
        schema: 'other',
        maxConnections: 2,
        connectTimeoutMs: 2,
        queryTimeoutMs: 2,
        migrate: false,
      },
      worker: {
        enabled: false,
        name: 'x',
        namespaces: ['x'],
        concurrency: 2,
        leaseMs: 200,
        pollMs: 2,
        shutdownMs: 2,
        maxResultBytes: 20,
        cacheBytes: 2,
      },
      templates: { folders: [join(folder, 'a.yaml')], replace: true },
      log: { level: 'debug' },
      telemetry: { slowThresholdMs: 2 },
      upkeep: { enabled: false, retentionDays: 2 },
    };
    const tried: string[] = [];
    for (const [section, settings] of Object.entries(changes)) {
      for (const [name, value] of Object.entries(settings)) {
        const file = join(folderWith({ 'c.json': JSON.stringify({ [section]: { [name]: value } }) }), 'c.json');
        const { config } = await loadConfig({ env: {}, file });
        expect(await startedWith(config), `${section}.${name}`).not.toEqual(before);
        tried.push(`${section}.${name}`);
      }
    }
    // tried where it shows: at servers, and in what a process writes
    const elsewhere = /^(health|cache)\.|^log\.(format|filter)/;
    const left = [...base.origins.keys()].filter((key) => !tried.includes(key) && !elsewhere.test(key));
    // tried below
    expect(left).toEqual(['environment', 'databases', 'database.name']);
  });

  it('CORE-123: a database may be named, one of those that there are; what is nearer to the process counts more', async () => {
    const databases = 'databases: { shop: "postgres://shop/db", workflows: "postgres://flows/db" }\n';
    const named = folderWith({ 'tasker.config.yaml': `${databases}database: { name: workflows, schema: flows }\n` });
    const databaseOf = async (env: Record<string, string>, folder = named) =>
      (await loadConfig({ env, folder })).config.database;
    expect(await databaseOf({})).toMatchObject({ url: 'postgres://flows/db', name: 'workflows', schema: 'flows' });
    expect(await databaseOf({ TASKER_DATABASE_NAME: 'shop' })).toMatchObject({
      url: 'postgres://shop/db',
      name: 'shop',
    });
    expect(await databaseOf({ TASKER_DATABASE_URL: 'memory:' })).toMatchObject({ url: 'memory:', name: undefined });
    const inVariable = { TASKER_DATABASES: '{"workflows":"postgres://other/db"}' };
    expect(await databaseOf(inVariable)).toMatchObject({ url: 'postgres://other/db' });
    const given = folderWith({ 'tasker.config.yaml': `${databases}database: { url: 'memory:' }\n` });
    expect(await databaseOf({}, given)).toMatchObject({ url: 'memory:', name: undefined });
    expect(await databaseOf({ TASKER_DATABASE_NAME: 'shop' }, given)).toMatchObject({ url: 'postgres://shop/db' });
    expect(await startedWith((await loadConfig({ env: {}, folder: named })).config)).toMatchObject({
      database: 'postgres://flows/db',
    });
  });

  it.each([
    [
      'databases: { workflows: "memory:" }\ndatabase: { name: workflow }',
      '"workflow", which is none of `databases`. Do you mean `workflows`?',
    ],
    [
      'databases: { shop: "memory:", flows: "memory:" }\ndatabase: { name: x }',
      '"x", which is none of `databases`. There are: shop, flows.',
    ],
    ['database: { name: toString }', '"toString", and there are no `databases`: add it there with its URL'],
    ['databases: { a: "memory:" }\ndatabase: { name: a, url: "memory:" }', 'both say which database it is'],
    [
      'databases: { a: "mysql://ada:secret@host" }',
      '`databases` has `a`, which must be postgres://user:password@host/database',
    ],
    ['databases: { a: 5 }', '`databases` must hold texts by name.'],
    ['databases: [a]', '`databases` must hold texts by name.'],
  ])('CORE-123: is refused where the name stands for nothing: %j', async (text, problem) => {
    const [first = '', ...others] = await problemsOf(
      loadConfig({ env: {}, folder: folderWith({ 'tasker.config.yaml': text }) }),
    );
    expect(first).toContain(problem);
    expect([others, first.includes('secret')]).toEqual([[], false]);
  });

  it('CORE-124: reads the cache from the file and variables, and refuses what cannot be', async () => {
    const given = 'cache: { adaptiveTtlEnabled: false, hitRateSmoothingFactor: 0.5, minAdaptiveTtlSeconds: 60 }';
    const folder = folderWith({ 'tasker.config.yaml': given });
    const env = { TASKER_CACHE_PRESSURE_THRESHOLD: '0.25', TASKER_HEALTH_CACHE_DURATION_SECONDS: '1' };
    const { config } = await loadConfig({ env, folder });
    const said = { adaptiveTtlEnabled: false, hitRateSmoothingFactor: 0.5, minAdaptiveTtlSeconds: 60 };
    expect(config.cache).toEqual({ ...cacheDefaults, ...said, pressureThreshold: 0.25 });
    expect(config.health.cacheDurationSeconds).toBe(1);

    const wrong = {
      TASKER_CACHE_ADAPTIVE_TTL_ENABLED: 'perhaps',
      TASKER_CACHE_DEFAULT_TTL_SECONDS: '0',
      TASKER_CACHE_ACCESS_FREQUENCY_DECAY_RATE: '1.01',
      TASKER_CACHE_MIN_ADAPTIVE_TTL_SECONDS: '3600',
      TASKER_CACHE_ADAPTIVE_CALCULATION_INTERVAL: '5',
    };
    expect(await problemsOf(loadConfig({ env: wrong, folder: folderWith({}) }))).toEqual([
      'TASKER_CACHE_DEFAULT_TTL_SECONDS must be a whole number of at least 1, not "0".',
      'TASKER_CACHE_ADAPTIVE_TTL_ENABLED must be true or false, not "perhaps".',
      'TASKER_CACHE_ACCESS_FREQUENCY_DECAY_RATE must be a number from 0 to 1, not "1.01".',
      'cache.minAdaptiveTtlSeconds (3600) must be less than cache.maxAdaptiveTtlSeconds (3600).',
      'There is no variable TASKER_CACHE_ADAPTIVE_CALCULATION_INTERVAL. Do you mean TASKER_CACHE_ADAPTIVE_CALCULATION_INTERVAL_SECONDS?',
    ]);
  });

  it.each([
    [{}, []],
    [{ hitRateSmoothingFactor: 0, accessFrequencyDecayRate: 1, pressureThreshold: 0 }, []],
    [{ defaultTtlSeconds: 0 }, ['cache.defaultTtlSeconds must be a number of seconds above 0, not 0.']],
    [
      { dashboardTtlSeconds: Number.POSITIVE_INFINITY },
      ['cache.dashboardTtlSeconds must be a number of seconds above 0, not null.'],
    ],
    [
      { adaptiveCalculationIntervalSeconds: -1 },
      ['cache.adaptiveCalculationIntervalSeconds must be a number of seconds above 0, not -1.'],
    ],
    [{ pressureThreshold: 1.1 }, ['cache.pressureThreshold must be a number from 0 to 1, not 1.1.']],
    [
      { minAdaptiveTtlSeconds: 9, maxAdaptiveTtlSeconds: 8 },
      ['cache.minAdaptiveTtlSeconds (9) must be less than cache.maxAdaptiveTtlSeconds (8).'],
    ],
  ])('CORE-124: settings of the cache in a program are held to the same: %j', (given, problems) => {
    expect(cacheProblems({ ...cacheDefaults, ...given })).toEqual(problems);
  });

  it('picks the environment of the templates in its folders', async () => {
    const template = `
name: a
steps: [{ name: only, handler: { callable: do }, timeout_seconds: 5 }]
environments: { production: { steps: [{ name: only, timeout_seconds: 7 }] } }
`;
    const folder = folderWith({ 'a.yaml': template });
    const timeouts = [];
    for (const environment of ['test', 'production']) {
      const { config } = await loadConfig({ env: { TASKER_ENV: environment, TASKER_TEMPLATES: folder }, folder });
      const { templates = [] } = await optionsFromConfig(config);
      timeouts.push(templates.map((each) => ('document' in each ? each.document.steps[0]?.timeout_seconds : null)));
    }
    expect(timeouts).toEqual([[5], [7]]);
  });
});

async function startedWith(config: TaskerConfig): Promise<object> {
  const { logger, ...options } = await optionsFromConfig(config);
  return { ...options, logLevel: logger === undefined ? undefined : Reflect.get(logger, 'level') };
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tasker-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function problemsOf(loading: Promise<unknown>): Promise<string[]> {
  const error: unknown = await loading.catch((reason: unknown) => reason);
  if (!(error instanceof InvalidOptions)) throw new Error(`not refused: ${String(error)}`);
  return error.message.split('\n');
}
