import { camelCase, kebabCase } from './identifiers.ts';
import { callableOf, snakeCase } from './step-handler.ts';
import type { GeneratedFile } from './template-types.ts';

export interface TaskHandlerOptions {
  readonly namespace: string;
  readonly version: string;
  readonly description: string;
  /** One runs after the other. */
  readonly steps: readonly string[];
}

/** A template with handlers for its steps, and a test that runs it. */
export function taskHandlerFiles(name: string, options: TaskHandlerOptions): GeneratedFile[] {
  const folder = kebabCase(name);
  const file = (path: string, text: string) => ({ path: `${folder}/${path}`, text, edited: true });
  return [
    file(`${folder}.yaml`, templateText(name, options)),
    file('handlers.ts', handlersText(options)),
    file(`${folder}.test.ts`, testText(name, options)),
  ];
}

function templateText(name: string, { namespace, version, description, steps }: TaskHandlerOptions): string {
  const written = steps.map((step, index) => {
    const parent = steps[index - 1];
    return [
      `  - name: ${snakeCase(step)}`,
      '    handler:',
      `      callable: ${callableOf(namespace, step)}`,
      ...(parent === undefined ? [] : [`    dependencies: [${snakeCase(parent)}]`]),
      '    retry: { max_attempts: 3, backoff: exponential, backoff_base_ms: 1000, max_backoff_ms: 30000 }',
      '    timeout_seconds: 30',
      '    result_schema:',
      '      type: object',
      '      required: [input_id]',
      '      properties:',
      '        input_id: { type: integer }',
    ].join('\n');
  });
  return `name: ${snakeCase(name)}
namespace_name: ${namespace}
version: ${version}
description: ${JSON.stringify(description)}

input_schema:
  type: object
  required: [input_id]
  properties:
    input_id: { type: integer, description: What the task is about. }

# One step runs after the other; steps that depend on the same one run side by side.
steps:
${written.join('\n')}

environments:
  development:
    steps:
      - name: ALL
        retry: { max_attempts: 2, backoff_base_ms: 100 }
  test:
    steps:
      - name: ALL
        retry: { max_attempts: 2, backoff_base_ms: 10 }
  production:
    steps:
      - name: ALL
        retry: { max_attempts: 5 }
`;
}

function handlersText({ namespace, steps }: TaskHandlerOptions): string {
  const handlers = steps.map((step, index) => {
    const parent = steps[index - 1];
    const source =
      parent === undefined
        ? "context.getInput('input_id')"
        : `context.getDependencyField('${snakeCase(parent)}', 'input_id')`;
    return `
export const ${camelCase(step)} = defineHandler('${callableOf(namespace, step)}', {}, ({ context }) => {
  const inputId = wholeNumber(${source}, 'input_id');
  return { input_id: inputId };
});
`;
  });
  return `import { defineHandler, PermanentError } from '@tasker/engine';
${handlers.join('')}
/** What comes from outside is checked where it comes in. */
function wholeNumber(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new PermanentError(\`\\\`\${name}\\\` must be a whole number.\`, { errorCode: \`INVALID_\${name.toUpperCase()}\` });
}
`;
}

function testText(name: string, { namespace, steps }: TaskHandlerOptions): string {
  const names = steps.map(snakeCase);
  return `import { fileURLToPath } from 'node:url';
import { loadTemplates } from '@tasker/engine';
import { createTestTasker, type TestTasker } from '@tasker/engine/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as handlers from './handlers.ts';

const { templates, problems } = await loadTemplates([fileURLToPath(new URL('${kebabCase(name)}.yaml', import.meta.url))], {
  environment: 'test',
});
const template = { namespace: '${namespace}', name: '${snakeCase(name)}' };

let tasker: TestTasker;
beforeAll(async () => {
  tasker = await createTestTasker({ templates, handlers: Object.values(handlers) });
}, 60_000);
afterAll(() => tasker.stop());

it('is a template that can be run', () => {
  expect(problems).toEqual([]);
  expect(tasker.handlers()).toMatchObject([{ ...template, runnable: true, missing: [] }]);
});

it('runs its steps one after the other', async () => {
  const task = await tasker.submit({ ...template, context: { input_id: 7 } });
  expect(await tasker.runToEnd(task)).toMatchObject({
    status: 'complete',
    results: { ${names.map((step) => `${step}: { input_id: 7 }`).join(', ')} },
  });
  const record = await tasker.record(task.id);
${names
  .slice(1)
  .map((step, index) => `  record.assertOrder('${names[index]}', '${step}');\n`)
  .join('')}  record.assertAttempts({ ${names.map((step) => `${step}: ['complete']`).join(', ')} });
});

it('refuses a context that its schema does not allow', async () => {
  await expect(tasker.submit({ ...template, context: {} })).rejects.toThrow('input_id');
});
`;
}
