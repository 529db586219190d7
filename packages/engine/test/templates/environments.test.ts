import { afterEach, describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/graph/compile-plan.ts';
import { currentEnvironment, examineTemplateYaml, readTemplate, readTemplateYaml } from '../../src/index.ts';

const canonical = `
name: t
steps:
  - name: fetch
    handler:
      callable: shop.Fetch
      initialization:
        url: https://shop.example.com
        paging: { size: 100, fields: [id, price] }
    retry: { limit: 5, backoff: linear, initial_delay: 2 }
    timeout_seconds: 60
  - name: store
    handler: { callable: shop.Store }
    dependencies: [fetch]
environments:
  test:
    steps:
      - name: ALL
        timeout_seconds: 5
        retry: { max_attempts: 2, backoff_base_ms: 10 }
      - name: fetch
        handler: { initialization: { url: http://localhost, paging: { fields: [id] }, token: null } }
        timeout_seconds:
        retry:
  staging:
    steps:
      - name: store
        handler: { callable: shop.FakeStore }
        skippable: true
        system_dependency: sandbox
      - name: ALL
        timeout_seconds: 7
`;

const older = `
name: t
task_handler_class: Shop::Handler
default_dependent_system: shop
schema: { type: object, required: [id], properties: { id: { type: integer } } }
step_templates:
  - name: fetch
    handler_class: Shop::Fetch
    default_retry_limit: 5
    handler_config: { type: api, url: https://shop.example.com, params: { page: 1 }, fields: [id, price] }
  - name: store
    handler_class: Shop::Store
    depends_on_step: fetch
environments:
  test:
    default_dependent_system: sandbox
    schema: { required: [id, note] }
    step_templates:
      - name: fetch
        default_retry_limit: 1
        handler_config: { url: http://localhost, params: { debug: true }, fields: [id] }
`;

function stepsIn(environment: string, text: string) {
  return readTemplateYaml(text, { environment, variables: {} })[0]?.steps;
}

const originalEnvironment = process.env.TASKER_ENV;

afterEach(() => {
  if (originalEnvironment === undefined) delete process.env.TASKER_ENV;
  else process.env.TASKER_ENV = originalEnvironment;
});

describe('CORE-93, TC-34: the overrides of an environment', () => {
  it('are not there in another', () => {
    expect(stepsIn('production', canonical)).toMatchObject([
      { handler: { callable: 'shop.Fetch', initialization: { url: 'https://shop.example.com' } }, timeout_seconds: 60 },
      { handler: { callable: 'shop.Store' }, timeout_seconds: 300, skippable: false },
    ]);
  });

  it('are merged from the first to the last: maps key by key, lists as a whole, what is empty not at all', () => {
    expect(stepsIn('test', canonical)).toMatchObject([
      {
        handler: {
          callable: 'shop.Fetch',
          initialization: { url: 'http://localhost', paging: { size: 100, fields: ['id'] }, token: null },
        },
        retry: { max_attempts: 2, backoff: 'linear', backoff_base_ms: 10 },
        timeout_seconds: 5,
      },
      { retry: { max_attempts: 2, backoff: 'exponential', backoff_base_ms: 10 }, timeout_seconds: 5 },
    ]);
    expect(stepsIn('staging', canonical)).toMatchObject([
      { timeout_seconds: 7, retry: { max_attempts: 5, backoff_base_ms: 2_000 } },
      { timeout_seconds: 7, handler: { callable: 'shop.FakeStore' }, skippable: true, system_dependency: 'sandbox' },
    ]);
  });

  it('make another plan, with another hash', () => {
    const hashes = ['production', 'test', 'staging'].map((environment) =>
      readTemplateYaml(canonical, { environment, variables: {} }).map((document) => compilePlan(document).hash),
    );
    expect(new Set(hashes.flat()).size).toBe(3);
  });

  it('are picked by TASKER_ENV unless the caller says, and by `development` when nobody does', () => {
    process.env.TASKER_ENV = 'test';
    expect(readTemplateYaml(canonical)[0]?.steps[0]?.timeout_seconds).toBe(5);
    expect(readTemplateYaml(canonical, { environment: 'staging' })[0]?.steps[0]?.timeout_seconds).toBe(7);
    process.env.TASKER_ENV = '';
    expect(currentEnvironment()).toBe('development');
    delete process.env.TASKER_ENV;
    expect(currentEnvironment()).toBe('development');
    expect(readTemplateYaml(canonical)[0]?.steps[0]?.timeout_seconds).toBe(60);
  });

  it('work in data as in text', () => {
    const raw = { name: 't', steps: [{ name: 'a', handler: { callable: 'a' } }] };
    const environments = { test: { steps: [{ name: 'a', timeout_seconds: 1 }] } };
    expect(readTemplate({ ...raw, environments }, { environment: 'test' }).steps[0]?.timeout_seconds).toBe(1);
  });

  it('reach every key of a template of the older dialect', () => {
    expect(readTemplateYaml(older, { environment: 'test' })).toMatchObject([
      {
        input_schema: { type: 'object', required: ['id', 'note'], properties: { id: { type: 'integer' } } },
        steps: [
          {
            retry: { max_attempts: 1 },
            system_dependency: 'sandbox',
            handler: {
              initialization: {
                type: 'api',
                url: 'http://localhost',
                params: { page: 1, debug: true },
                fields: ['id'],
              },
            },
          },
          { system_dependency: 'sandbox' },
        ],
      },
    ]);
    expect(stepsIn('production', older)).toMatchObject([{ retry: { max_attempts: 5 }, system_dependency: 'shop' }, {}]);
  });

  it('may use variables that are set only where they are used', () => {
    const text = canonical.replace('http://localhost', '"${TEST_URL}"');
    expect(stepsIn('production', text)).toHaveLength(2);
    expect(examineTemplateYaml(text, { environment: 'test', variables: {} }).problems).toMatchObject([
      { line: 22, message: 'The variable `TEST_URL` is not set.' },
    ]);
    const [number] = examineTemplateYaml(canonical.replace('timeout_seconds: 7', 'timeout_seconds: ${WAIT}'), {
      environment: 'test',
      variables: {},
    }).problems;
    expect(number).toBeUndefined();
  });

  it('are checked in every environment, and one whose name is almost a usual one is pointed out', () => {
    const text = canonical
      .replace('name: store\n        handler', 'name: stroe\n        handler')
      .replace('  test:', '  tset:');
    const { problems, warnings } = examineTemplateYaml(text, { environment: 'production', variables: {} });
    expect(problems).toEqual([
      {
        code: 'UNKNOWN_OVERRIDE',
        path: 'environments.staging.steps[0].name',
        line: 27,
        column: 15,
        message: 'Environment `staging` overrides step `stroe`, which does not exist.',
        remedy: 'Did you mean `store`?',
      },
    ]);
    expect(warnings).toEqual([
      {
        code: 'ODD_ENVIRONMENT',
        path: 'environments.tset',
        line: 16,
        column: 3,
        message: 'The environment `tset` has an unusual name.',
        remedy: 'Did you mean `test`?',
      },
    ]);
  });
});
