import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TemplateProblemCode, templateProblemCodes } from '@tasker/contract';
import { afterAll, expect, it } from 'vitest';
import { patience, runTasker } from './run-tasker.ts';

const folder = mkdtempSync(join(tmpdir(), 'tasker-validate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const step = (more = '') => `steps:\n  - name: a\n    handler: { callable: x }\n    result_schema: {}\n${more}`;
const two = (more: string) => step(`  - name: b\n    handler: { callable: x }\n    result_schema: {}\n${more}`);
const sound = `name: t\n${step()}`;

/** What a file must hold to be said this of, and where it is said to be. */
const fixtures: Readonly<Partial<Record<TemplateProblemCode, readonly [text: string, place: string]>>> = {
  FILE_UNREADABLE: ['\u{d800}', ''],
  NO_TEMPLATE: ['# nothing\n', ''],
  SYNTAX_ERROR: ['name: [\n', '2:1'],
  NOT_STORABLE: [`name: t\nmetadata: { a: "\\0" }\n${step()}`, '2:16'],
  VARIABLE_NOT_SET: [`name: t\ndescription: \${NOT_SET_ANYWHERE}\n${step()}`, '2:14'],
  VARIABLE_MALFORMED: [`name: t\ndescription: \${1}\n${step()}`, '2:14'],
  UNKNOWN_KEY: [`name: t\nstepz: 1\n${step()}`, '2:1'],
  MISSING_KEY: ['name: t\nsteps:\n  - name: a\n', '3:5'],
  WRONG_TYPE: [`name: t\ndescription: 7\n${step()}`, '2:14'],
  WRONG_VALUE: [`name: t\nidentity_strategy: often\n${step()}`, '2:20'],
  CONFLICTING_KEYS: [`name: t\n${step('    retry: { limit: 2, max_attempts: 3 }\n')}`, '6:14'],
  EMPTY_CALLABLE: ["name: t\nsteps:\n  - name: a\n    handler: { callable: '' }\n", '4:26'],
  NAMESPACE_TOO_LONG: [`name: t\nnamespace_name: ${'n'.repeat(65)}\n${step()}`, '2:17'],
  INVALID_VERSION: [`name: t\nversion: one\n${step()}`, '2:10'],
  INVALID_SCHEMA: [`name: t\ninput_schema: { required: 1 }\n${step()}`, '2:27'],
  NO_STEPS: ['name: t\nsteps: []\n', '2:8'],
  DUPLICATE_STEP_NAME: [`name: t\n${step('  - name: a\n    handler: { callable: x }\n')}`, '6:11'],
  SELF_DEPENDENCY: [`name: t\n${step('    dependencies: [a]\n')}`, '6:20'],
  MISSING_DEP_REF: [`name: t\n${step('    dependencies: [b]\n')}`, '6:20'],
  CYCLE_DETECTED: [
    `name: t\n${step('    dependencies: [b]\n')}${two('    dependencies: [a]\n').slice(step().length)}`,
    '6:19',
  ],
  UNKNOWN_OVERRIDE: [`name: t\n${step()}environments: { test: { steps: [{ name: b }] } }\n`, '6:41'],
  UNLISTED_NAME: ['name: t\nnamed_steps: [b]\nstep_templates:\n  - name: a\n    handler_class: X\n', '4:11'],
  DECISION_WITHOUT_PARENT: [`name: t\n${step('    type: decision\n')}`, '6:11'],
  UNKNOWN_BATCH_WORKER: [`name: t\n${step('    batch_config: { worker_template: b }\n')}`, '6:38'],
  DUPLICATE_EVENT: [`name: t\n${step('    publishes_events: [a.b, a.b]\n')}`, '6:29'],
  RESERVED_EVENT: [`name: t\n${step('    custom_events: [{ name: task.done }]\n')}`, '6:29'],
  MORE_PROBLEMS: [
    `name: t\n${Array.from({ length: 101 }, (_, index) => `key${index}: 1\n`).join('')}${step()}`,
    '102:1',
  ],
  NO_EFFECT: [`name: t\nloaded_from: here\n${step()}`, '2:1'],
  STEP_TYPE_NOT_RUN: [`name: t\n${step('    type: batchable\n')}`, '6:11'],
  ODD_ENVIRONMENT: [`name: t\n${step()}environments: { prodction: {} }\n`, '6:17'],
  IDLE_NAME: ['name: t\nnamed_steps: [a, b]\nstep_templates:\n  - name: a\n    handler_class: X\n', '2:18'],
  NO_RESULT_SCHEMA: ['name: t\nsteps:\n  - name: a\n    handler: { callable: x }\n', '3:5'],
  ORPHAN_STEP: [`name: t\n${two('')}`, '3:5'],
  SCHEMA_NOT_OBJECT: [`name: t\ninput_schema: { type: array }\n${step()}`, '2:23'],
};

interface FileReport {
  readonly path: string;
  readonly ok: boolean;
  readonly documents: readonly object[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly hints: readonly Problem[];
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

interface Report {
  readonly ok: boolean;
  readonly files: readonly FileReport[];
  readonly totals: object;
}

async function validate(...args: string[]): Promise<Report & { readonly code: number | null }> {
  const { code, out } = await runTasker(['template', 'validate', '--json', ...args], { cwd: folder });
  const report: Report = JSON.parse(out);
  return { ...report, code };
}

it('TC-124: has a file for every code, and says each with its place', patience, async () => {
  mkdirSync(join(folder, 'codes'));
  for (const [index, [code, fixture]] of Object.entries(fixtures).entries()) {
    // Each template has a name of its own, so that none is a repetition of another.
    const text = fixture[0].replace(/^name: t\n/, `name: t${index}\n`);
    writeFileSync(join(folder, 'codes', `${code}.yaml`), code === 'FILE_UNREADABLE' ? Buffer.from([0xff]) : text);
  }
  writeFileSync(join(folder, 'codes', 'TEMPLATE_REPEATED.yaml'), `${sound}---\n${sound}description: another\n`);
  const { code, files, ok } = await validate('codes', '--env', 'test');
  expect({ code, ok }).toEqual({ code: 1, ok: false });
  const said = new Map(
    files.map(({ path, problems, warnings, hints }) => [basename(path, '.yaml'), [...problems, ...warnings, ...hints]]),
  );
  const placesOf = (wanted: string) =>
    (said.get(wanted) ?? []).flatMap((problem) =>
      problem.code === wanted ? [problem.line === null ? '' : `${problem.line}:${problem.column}`] : [],
    );
  expect([...said.keys()].toSorted()).toEqual(Object.keys(templateProblemCodes).toSorted());
  for (const [wanted, [, place]] of Object.entries(fixtures)) {
    expect({ wanted, places: placesOf(wanted) }).toEqual({ wanted, places: expect.arrayContaining([place]) });
  }
  expect(placesOf('TEMPLATE_REPEATED')).toEqual(['7:1']);
});

it('says of each file what it holds, and of all how much', patience, async () => {
  writeFileSync(
    join(folder, 'two.yaml'),
    `name: one\nnamespace_name: shop\nversion: 1.2.3\n${step()}---\nname: two\n${step()}`,
  );
  expect(await validate('two.yaml')).toEqual({
    code: 0,
    ok: true,
    environment: 'development',
    strict: false,
    files: [
      {
        path: 'two.yaml',
        ok: true,
        documents: [
          { namespace: 'shop', name: 'one', version: '1.2.3', steps: 1, line: 1, column: 1 },
          { namespace: 'default', name: 'two', version: '0.1.0', steps: 1, line: 9, column: 1 },
        ],
        problems: [],
        warnings: [],
        hints: [],
      },
    ],
    totals: { files: 1, documents: 2, problems: 0, warnings: 0, hints: 0 },
  });
});

it('lets warnings fail only where it is strict', patience, async () => {
  writeFileSync(join(folder, 'warned.yaml'), `name: t\nloaded_from: here\n${step()}`);
  expect((await validate('warned.yaml')).code).toBe(0);
  expect((await validate('warned.yaml', '--strict')).code).toBe(1);
});

it('tells people file, line, column, code, message and remedy', patience, async () => {
  writeFileSync(join(folder, 'typo.yaml'), `name: t\nstep: []\n${step()}`);
  const { code, out } = await runTasker(['template', 'validate', 'typo.yaml', 'nowhere'], { cwd: folder });
  expect(code).toBe(1);
  expect(out).toContain('typo.yaml:2:1: error UNKNOWN_KEY Unknown key `step`. Did you mean `steps`?\n');
  expect(out).toContain('nowhere: error FILE_UNREADABLE There is no such file or folder.\n');
  expect(out).toContain('1 file, 0 sound templates: 2 problems, 0 warnings, 0 hints.\n');
});

it('TC-30: finds nothing wrong with the templates of the ancestors', patience, async () => {
  const corpus = fileURLToPath(new URL('../../engine/test/corpus/templates', import.meta.url));
  const { code, totals } = await validate(corpus, '--env', 'test');
  expect(code).toBe(0);
  expect(totals).toMatchObject({ documents: 84, problems: 0 });
});
