import { camelCase, kebabCase, pascalCase } from './identifiers.ts';
import type { GeneratedFile } from './template-types.ts';

export interface StepHandlerOptions {
  readonly namespace: string;
  /** Keys of the context that the step cannot do without. */
  readonly inputs: readonly string[];
  /** Steps whose results it reads. */
  readonly depends: readonly string[];
}

/** A handler of one step, with its test. */
export function stepHandlerFiles(name: string, options: StepHandlerOptions): GeneratedFile[] {
  const file = kebabCase(name);
  return [
    { path: `${file}.ts`, text: handlerText(name, options), edited: true },
    { path: `${file}.test.ts`, text: testText(name, options), edited: true },
  ];
}

export function callableOf(namespace: string, name: string): string {
  return `${namespace}.${snakeCase(name)}`;
}

export function snakeCase(name: string): string {
  return kebabCase(name).replaceAll('-', '_');
}

function missingCode(key: string): string {
  return `MISSING_${snakeCase(key).toUpperCase()}`;
}

function handlerText(name: string, { namespace, inputs, depends }: StepHandlerOptions): string {
  const [type, exported] = [pascalCase(name), camelCase(name)];
  const sources = [...inputs, ...depends];
  const codes = sources.map(missingCode).join(', ');
  return `import { defineHandler, PermanentError, type StepContext } from '@tasker/engine';

/** What the step returns: the contract with the steps that run after it. */
export interface ${type}Result {
  readonly handled: ${inputs.length === 0 ? 'true' : `{ ${inputs.map((key) => `readonly ${key}: string`).join('; ')} }`};
}

/** What the handler is given: from outside, and not checked yet. */
interface Given {
${sources.map((key) => `  readonly ${camelCase(key)}: unknown;\n`).join('')}  readonly context: StepContext;
}

/**
 * Say here what the step is for.
 *
 * Permanent: ${codes === '' ? 'none so far' : codes}. Retryable: whatever else goes wrong.
 */
export const ${exported} = defineHandler(
  '${callableOf(namespace, name)}',
  { ${needsText('depends', depends)}${needsText('inputs', inputs)}},
  async (given: Given): Promise<${type}Result> => {
    const inputs = extractAndValidateInputs(given);
    const response = await perform(inputs, given.context);
    return formatResult(inputs, response);
  },
);

interface Inputs {
${sources.map((key) => `  readonly ${camelCase(key)}: ${depends.includes(key) ? 'object' : 'string'};\n`).join('')}}

/** The only place that reads what came from outside. */
function extractAndValidateInputs(${sources.length === 0 ? '_given' : `{ ${sources.map(camelCase).join(', ')} }`}: Given): Inputs {
${sources
  .map((key) =>
    depends.includes(key)
      ? `  if (typeof ${camelCase(key)} !== 'object' || ${camelCase(key)} === null) {
    throw new PermanentError('There is no result of step ${snakeCase(key)}.', { errorCode: '${missingCode(key)}' });
  }
`
      : `  if (typeof ${camelCase(key)} !== 'string' || ${camelCase(key)} === '') {
    throw new PermanentError('\`${key}\` must be text, and is missing.', { errorCode: '${missingCode(key)}' });
  }
`,
  )
  .join('')}  return { ${sources.map(camelCase).join(', ')} };
}

interface Response {
  readonly ok: boolean;
}

/**
 * Calls the service, under a time limit, with \`context.signal\`, and with \`context.idempotencyKey\`, so that it acts
 * once however often the step is tried.
 */
async function perform(_inputs: Inputs, context: StepContext): Promise<Response> {
  context.signal.throwIfAborted();
  const response = await Promise.resolve({ ok: true });
  if (!response.ok) throw new PermanentError('The service refused.', { errorCode: 'REFUSED' });
  return response;
}

/** No context, no I/O: what went in and what came back, in the form that others rely on. */
function formatResult(${inputs.length === 0 ? '_inputs: Inputs' : `{ ${inputs.map(camelCase).join(', ')} }: Inputs`}, _response: Response): ${type}Result {
  return { handled: ${inputs.length === 0 ? 'true' : `{ ${inputs.map((key) => `${key}: ${camelCase(key)}`).join(', ')} }`} };
}
`;
}

function needsText(key: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  return `${key}: { ${names.map((name) => `${camelCase(name)}: '${name}'`).join(', ')} }, `;
}

function testText(name: string, { inputs, depends }: StepHandlerOptions): string {
  const [step, exported] = [snakeCase(name), camelCase(name)];
  const context = `{ ${inputs.map((key) => `${key}: 'x'`).join(', ')} }`;
  const parents = depends
    .map((parent) => `    { name: '${parent}', handler: { callable: 'stub.${parent}' } },\n`)
    .join('');
  const stubs = depends.map((parent) => `      'stub.${parent}': () => ({}),\n`).join('');
  return `import { readTemplate } from '@tasker/engine';
import { createTestTasker, type TestTasker } from '@tasker/engine/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ${exported} } from './${kebabCase(name)}.ts';

/** A template of the step alone, behind stand-ins for the steps that it depends on. */
const template = readTemplate({
  name: '${step}_alone',
  steps: [
${parents}    { name: '${step}', handler: { callable: ${exported}.handlerName }, dependencies: [${depends.map((each) => `'${each}'`).join(', ')}] },
  ],
});
const context = ${context};

let tasker: TestTasker;
beforeAll(async () => {
  tasker = await createTestTasker({
    templates: [template],
    handlers: {
${stubs}      [${exported}.handlerName]: ${exported},
    },
  });
}, 60_000);
afterAll(() => tasker.stop());

const run = async (given: Readonly<Record<string, string>>) => {
  const task = await tasker.submit({ name: template.name, context: given });
  return { outcome: await tasker.runToEnd(task), record: await tasker.record(task.id) };
};

it('returns what the steps behind it rely on', async () => {
  const { outcome } = await run(context);
  expect(outcome).toMatchObject({ status: 'complete', results: { ${step}: { handled: ${inputs.length === 0 ? 'true' : 'context'} } } });
});
${
  inputs.length === 0
    ? ''
    : `
it.each([
${inputs.map((key) => `  ['${key}', '${missingCode(key)}'],\n`).join('')}])('fails for good, at the first attempt, without %s', async (key) => {
  const { outcome, record } = await run(Object.fromEntries(Object.entries(context).filter(([name]) => name !== key)));
  expect(outcome.status).toBe('error');
  record.assertAttempts({ ${depends.map((parent) => `${parent}: ['complete'], `).join('')}${step}: ['error'] });
});
`
}`;
}
