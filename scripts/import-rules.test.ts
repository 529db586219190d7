import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** One import per rule that the rule must refuse: [rule, importing file, imported file or package]. */
const refused = [
  ['no-cycles', 'packages/engine/src/graph/egg.ts', 'packages/engine/src/graph/hen.ts'],
  ['resolvable', 'packages/engine/src/graph/plan.ts', './nowhere.ts'],
  ['declared-dependencies', 'packages/engine/src/logging.ts', 'undeclared'],
  ['no-tests-in-code', 'packages/engine/src/shortcut.ts', 'packages/engine/src/graph/plan.test.ts'],
  ['no-tests-in-code', 'packages/cli/src/main.ts', 'packages/engine/test/servers/databases.ts'],
  ['public-names-only', 'packages/cli/src/main.ts', 'packages/engine/src/graph/plan.ts'],
  ['public-names-only', 'examples/order.ts', 'packages/engine/src/engine/wiring.ts'],
  ['contract-stands-alone', 'packages/contract/src/index.ts', 'packages/engine/src/index.ts'],
  ['browser-safe', 'packages/client/src/retry.ts', 'node:fs'],
  ['client-speaks-http', 'packages/client/src/client.ts', 'packages/engine/src/index.ts'],
  ['engine-under-surfaces', 'packages/engine/src/engine/wiring.ts', 'packages/server/src/index.ts'],
  ['operations-before-encodings', 'packages/server/src/operations/submit-task.ts', 'packages/server/src/http/route.ts'],
  ['encodings-apart', 'packages/server/src/graphql/task.ts', 'packages/server/src/http/route.ts'],
  ['encodings-apart', 'packages/server/src/http/routes.ts', 'packages/engine/src/index.ts'],
  ['sql-stays-home', 'packages/engine/src/control/skip.ts', 'packages/engine/src/lifecycle/3-advance/claim.sql.ts'],
  [
    'wiring-without-sql',
    'packages/engine/src/engine/create.ts',
    'packages/engine/src/lifecycle/3-advance/claim.sql.ts',
  ],
  ['one-user-of-the-driver', 'packages/engine/src/views/list-tasks.ts', 'pg'],
  ['define-is-portable', 'packages/engine/src/define.ts', 'packages/engine/src/reads-files.ts'],
  ['testing-from-outside', 'packages/engine/src/testing/kit.ts', 'packages/engine/src/engine/wiring.ts'],
  ['no-test-kit-in-production', 'packages/engine/src/engine/wiring.ts', 'packages/engine/src/testing/index.ts'],
  ['engine-catalogues', 'packages/engine/src/errors.ts', 'packages/engine/src/graph/plan.ts'],
  ['engine-pure-folders', 'packages/engine/src/states/next-attempt.ts', 'packages/engine/src/postgres/database.ts'],
  ['engine-pure-folders', 'packages/engine/src/graph/order.ts', 'packages/engine/src/clock.ts'],
  ['pure-without-io', 'packages/engine/src/graph/load.ts', 'node:fs'],
  ['engine-draw', 'packages/engine/src/draw/svg.ts', 'packages/engine/src/views/find-steps.ts'],
  ['engine-postgres', 'packages/engine/src/postgres/pool.ts', 'packages/engine/src/states/next-attempt.ts'],
  [
    'engine-template',
    'packages/engine/src/lifecycle/1-template/register.ts',
    'packages/engine/src/lifecycle/2-submission/submit.ts',
  ],
  [
    'engine-submission',
    'packages/engine/src/lifecycle/2-submission/submit.ts',
    'packages/engine/src/lifecycle/4-execution/execute.ts',
  ],
  [
    'engine-advance',
    'packages/engine/src/lifecycle/3-advance/advance.ts',
    'packages/engine/src/lifecycle/4-execution/execute.ts',
  ],
  [
    'engine-execution',
    'packages/engine/src/lifecycle/4-execution/execute.ts',
    'packages/engine/src/postgres/database.ts',
  ],
  ['engine-worker', 'packages/engine/src/worker.ts', 'packages/engine/src/lifecycle/2-submission/submit.ts'],
  ['engine-control', 'packages/engine/src/control/cancel.ts', 'packages/engine/src/views/list-tasks.ts'],
  ['engine-annotations', 'packages/engine/src/annotations/annotate.ts', 'packages/engine/src/control/control.ts'],
  ['engine-views', 'packages/engine/src/views/task-detail.ts', 'packages/engine/src/lifecycle/3-advance/advance.ts'],
  ['engine-upkeep', 'packages/engine/src/upkeep/reap.ts', 'packages/engine/src/views/list-tasks.ts'],
] as const;

/** Imports that the design asks for; a rule that refuses one of them has grown too wide. */
const allowed = [
  ['packages/engine/src/lifecycle/2-submission/open-roots.ts', 'packages/engine/src/lifecycle/3-advance/advance.ts'],
  ['packages/engine/src/lifecycle/3-advance/write.ts', 'packages/engine/src/lifecycle/3-advance/claim.sql.ts'],
  ['packages/engine/src/worker.ts', 'packages/engine/src/lifecycle/3-advance/advance.ts'],
  ['packages/engine/src/worker.ts', 'packages/engine/src/lifecycle/4-execution/execute.ts'],
  ['packages/engine/src/worker.ts', 'packages/engine/src/postgres/database.ts'],
  ['packages/engine/src/worker/knowledge.ts', 'packages/engine/src/lifecycle/1-template/plan-store.ts'],
  ['packages/engine/src/engine/waiters.ts', 'packages/engine/src/views/find.sql.ts'],
  ['packages/engine/src/index.ts', 'packages/engine/src/views/find.sql.ts'],
  ['packages/engine/src/control/retry.ts', 'packages/engine/src/lifecycle/3-advance/advance.ts'],
  ['packages/engine/src/upkeep/expire.ts', 'packages/engine/src/lifecycle/3-advance/advance.ts'],
  ['packages/engine/src/testing/clock.ts', 'packages/engine/src/index.ts'],
  ['packages/engine/src/postgres/connect.ts', 'node_modules/pg/index.js'],
  ['packages/engine/src/graph/hash.ts', 'node:crypto'],
  ['packages/cli/src/commands/demo.ts', 'packages/engine/src/index.ts'],
  ['packages/cli/src/commands/demo.db.test.ts', 'packages/engine/test/servers/databases.ts'],
  ['examples/01-checkout/checkout.db.test.ts', 'packages/engine/test/servers/databases.ts'],
  ['packages/server/src/http/list.ts', 'packages/server/src/operations/list.ts'],
] as const;

describe('the import rules', () => {
  const tree = mkdtempSync(join(tmpdir(), 'tasker-import-rules-'));
  let result: CruiseResult;

  beforeAll(() => {
    plant(tree);
    result = cruise(tree);
  });
  afterAll(() => rmSync(tree, { recursive: true }));

  it.each(refused)('%s refuses that %s imports %s', (rule, from) => {
    const broken = result.summary.violations
      .filter((violation) => violation.from === from)
      .map(({ rule }) => rule.name);
    expect(broken).toContain(rule);
  });

  it.each(allowed)('let %s import %s', (from, to) => {
    const target = to.replace('node:', '');
    const broken = result.summary.violations.filter((violation) => violation.from === from && violation.to === target);
    expect(broken).toEqual([]);
  });

  it('are all shown to bite', () => {
    const rules = result.summary.ruleSetUsed.forbidden.map(({ name }) => name);
    expect([...new Set(refused.map(([rule]) => rule))].toSorted()).toEqual(rules.toSorted());
  });
});

interface CruiseResult {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] };
  };
}

/** Writes every file named above, importing what it is said to import, and nothing else. */
function plant(tree: string): void {
  const imports = new Map<string, string[]>();
  const note = (from: string, to?: string): void => {
    imports.set(from, [...(imports.get(from) ?? []), ...(to === undefined ? [] : [specifier(from, to)])]);
  };
  for (const [from, to] of [...refused.map(([, from, to]) => [from, to] as const), ...allowed]) {
    note(from, to);
    if (to.startsWith('packages/')) note(to);
  }
  note('packages/engine/src/graph/hen.ts', 'packages/engine/src/graph/egg.ts');
  note('packages/engine/src/reads-files.ts', 'node:fs');

  for (const [file, specifiers] of imports) {
    write(tree, file, `${specifiers.map((target) => `import '${target}';`).join('\n')}\nexport {};\n`);
  }
  for (const name of ['contract', 'engine', 'server', 'client', 'cli']) {
    write(tree, `packages/${name}/package.json`, JSON.stringify({ name, dependencies: { pg: '1' } }));
  }
  for (const name of ['pg', 'undeclared']) {
    write(tree, `node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    write(tree, `node_modules/${name}/index.js`, '');
  }
}

function specifier(from: string, to: string): string {
  if (!to.includes('.ts') && !to.includes('.js')) return to;
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

function write(tree: string, file: string, text: string): void {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  writeFileSync(join(tree, file), text);
}

function cruise(tree: string): CruiseResult {
  const bin = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = resolve('.dependency-cruiser.mjs');
  const args = [bin, '--config', config, '--output-type', 'json', 'packages', 'examples'];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: tree, encoding: 'utf8' })) as CruiseResult;
}
