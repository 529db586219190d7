import { describe, expect, it } from 'vitest';
import { InvalidTemplate } from '../../errors.ts';
import { compilePlan } from '../../graph/compile-plan.ts';
import { examineTemplate, readTemplate } from './read-template.ts';

function problemsOf(raw: unknown): string[] {
  try {
    readTemplate(raw);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidTemplate)) throw error;
    return error.problems.map(({ path, message, remedy }) =>
      [path && `${path}:`, message, remedy].filter(Boolean).join(' '),
    );
  }
}

const step = { name: 'a', handler: { callable: 'a.A' } };

function withStep(more: object): object {
  return { name: 't', steps: [{ ...step, ...more }] };
}

describe('a template from outside', () => {
  it('CORE-91: may use every key of the language', () => {
    const document = readTemplate({
      name: 'process_order',
      namespace_name: 'ecommerce',
      version: '1.2.3-beta.1',
      description: 'An order',
      metadata: { author: 'shop', tags: ['a'], notes: 'free form' },
      system_dependencies: { primary: 'shop', secondary: ['mail'] },
      domain_events: [{ name: 'order_created' }],
      identity_strategy: 'strict',
      input_schema: { type: 'object', required: ['id'] },
      steps: [
        {
          name: 'validate',
          description: 'Looks at it',
          type: 'standard',
          handler: { callable: 'Shop::Validate', method: 'check', initialization: { strict: true } },
          system_dependency: 'stock',
          dependencies: [],
          retry: {
            retryable: true,
            max_attempts: 5,
            backoff: 'table',
            backoff_table_ms: [10, 20],
            max_backoff_ms: 60_000,
            jitter: 0,
          },
          timeout_seconds: 0.5,
          skippable: true,
          result_schema: { type: 'object' },
        },
      ],
    });
    expect(document).toMatchObject({
      namespace_name: 'ecommerce',
      version: '1.2.3-beta.1',
      identity_strategy: 'strict',
      system_dependencies: { primary: 'shop', secondary: ['mail'] },
      domain_events: [{ name: 'order_created' }],
      steps: [
        { handler: { method: 'check', initialization: { strict: true } }, timeout_seconds: 0.5, skippable: true },
      ],
    });
    expect(readTemplate(document)).toEqual(document);
  });

  it('TC-32, TC-33: may use the other names of keys', () => {
    const [, second, third] = readTemplate({
      name: 't',
      steps: [
        step,
        {
          ...step,
          name: 'b',
          step_type: 'standard',
          depends_on: ['a'],
          retry: { limit: 7, initial_delay: 2, max_delay: 60 },
        },
        { ...step, name: 'c', type: 'deferred', depends_on: ['b'] },
      ],
    }).steps;
    expect(second?.dependencies).toEqual(['a']);
    expect(third?.type).toBe('deferred_convergence');
    expect(second?.retry).toMatchObject({ max_attempts: 7, backoff_base_ms: 2_000, max_backoff_ms: 60_000 });
  });

  it('may leave every optional key empty', () => {
    const optional = {
      description: null,
      dependencies: null,
      retry: null,
      timeout_seconds: null,
      system_dependency: null,
    };
    expect(problemsOf(withStep(optional))).toEqual([]);
    expect(problemsOf({ name: 't', version: null, metadata: null, input_schema: null, steps: [step] })).toEqual([]);
  });

  it.each([
    ['1.0', '`version` must be a semantic version, and is "1.0".'],
    ['v1.0.0', '`version` must be a semantic version, and is "v1.0.0".'],
    ['1.0.0+build', '`version` must be a semantic version, and is "1.0.0+build".'],
    [1, "`version` must be text, and is the number 1. Write all three parts in quotes: '1.0.0'."],
  ])('CORE-04: cannot have the version %j', (version, message) => {
    expect(problemsOf({ name: 't', version, steps: [step] })[0]).toContain(message);
  });

  it('CORE-92, TC-35: has unknown keys reported, with the one that was probably meant', () => {
    expect(
      problemsOf({ name: 't', nmespace_name: 'x', steps: [{ ...step, dependancies: [], retry: { zzz: 1 } }] }),
    ).toEqual([
      'nmespace_name: Unknown key `nmespace_name`. Did you mean `namespace_name`?',
      'steps[0].dependancies: Unknown key `dependancies`. Did you mean `dependencies`?',
      'steps[0].retry.zzz: Unknown key `zzz`.',
    ]);
  });

  it.each([
    [
      withStep({ timeout_seconds: '30s' }),
      'steps[0].timeout_seconds: `timeout_seconds` must be a number, and is "30s".',
    ],
    [withStep({ timeout_seconds: 0 }), 'steps[0].timeout_seconds: `timeout_seconds` must be > 0, and is 0.'],
    [
      withStep({ retry: { max_attempts: 1.5 } }),
      'steps[0].retry.max_attempts: `max_attempts` must be a whole number, and is 1.5.',
    ],
    [
      withStep({ retry: { backoff: 'expo' } }),
      'steps[0].retry.backoff: `backoff` must be one of none, linear, exponential, fibonacci, table, and is "expo".',
    ],
    [withStep({ handler: 'a.A' }), 'steps[0].handler: `handler` must be a map of keys, and is "a.A".'],
    [withStep({ handler: {} }), 'steps[0].handler: `callable` is missing.'],
    [withStep({ skippable: 'yes' }), 'steps[0].skippable: `skippable` must be true or false, and is "yes".'],
    [withStep({ name: '2nd step' }), 'steps[0].name: `name` must begin with a letter'],
    [{ steps: [step] }, '`name` is missing.'],
    [{ name: 't' }, '`steps` is missing.'],
    [{ name: 't', steps: [] }, 'steps: A template needs at least one step.'],
    [{ name: 'x'.repeat(65), steps: [step] }, 'name: `name` may have at most 64 characters, and has 65: "xxx'],
    [[], 'The template must be a map of keys, and is [].'],
    [null, 'The template must be a map of keys, and is empty.'],
    [
      { name: 't', steps: [step], metadata: { ratio: NaN } },
      'metadata.ratio: This is NaN, which JSON has no word for.',
    ],
    [
      withStep({ retry: { backoff: 'table' } }),
      'steps[0].retry.backoff: `backoff: table` needs its waits. List them in `backoff_table_ms`.',
    ],
    [
      withStep({ retry: { backoff_table_ms: [1] } }),
      'steps[0].retry.backoff_table_ms: `backoff_table_ms` has no effect unless `backoff` is `table`.',
    ],
    [
      withStep({ dependencies: [], depends_on: [] }),
      'steps[0].depends_on: `depends_on` is another name for `dependencies`. Write one of them.',
    ],
    [
      withStep({ retry: { limit: 1, max_attempts: 1 } }),
      'steps[0].retry.limit: `limit` is another name for `max_attempts`.',
    ],
  ])('CORE-91: is refused with the place of the mistake (%#)', (raw, expected) => {
    const problems = problemsOf(raw);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it('CORE-91: has everything else reported, too, when keys are missing or steps have no name', () => {
    expect(
      problemsOf({
        version: 'one',
        input_schema: { type: 'objekt' },
        steps: [
          { ...step, name: 'b', type: 'decision', handler: {} },
          { handler: { callable: 'c' }, dependencies: ['b', 'd', 'nowhere'] },
          { ...step, name: 'e', dependencies: ['f'], publishes_events: [{ name: 'a.b' }, { name: 'a.b' }, {}] },
          { ...step, name: 'f', dependencies: ['e'], batch_config: { worker_template: 'g' } },
        ],
      }),
    ).toEqual([
      '`name` is missing.',
      'steps[0].handler: `callable` is missing.',
      'steps[1]: `name` is missing.',
      'steps[2].publishes_events[2]: `name` is missing.',
      'steps[2].dependencies: These steps wait for each other: e → f → e (each depends on the next). Remove one of these dependencies.',
      'version: `version` must be a semantic version, and is "one". Write three numbers (1.0.0), with a pre-release tag after a hyphen if you need one.',
      'input_schema.type: This is no valid JSON Schema: must be one of array, boolean, integer, null, number, object, string.',
      'steps[0].type: Step `b` decides what comes next, and depends on nothing. Let it depend on the step whose result it decides by.',
      'steps[2].publishes_events[1].name: The event `a.b` is listed twice.',
      'steps[3].batch_config.worker_template: `worker_template` names `g`, which is no step of type `batch_worker`.',
    ]);
  });

  it('is not said to have no steps when those it has are none', () => {
    expect(problemsOf({ name: 't', steps: ['a'] })).toEqual([
      'steps[0]: An item of `steps` must be a map of keys, and is "a".',
    ]);
  });

  it('is refused when a schema in it is none', () => {
    expect(
      problemsOf({
        name: 't',
        input_schema: { type: 'strange' },
        steps: [{ ...step, result_schema: { $ref: '#/nowhere' } }],
      }),
    ).toEqual([
      'input_schema.type: This is no valid JSON Schema: must be one of array, boolean, integer, null, number, object, string.',
      "steps[0].result_schema: This is no valid JSON Schema: can't resolve reference #/nowhere from id #.",
    ]);
  });

  it('has a warning for every key that is accepted and does nothing, unless it says nothing', () => {
    const silent = { ...withStep({ publishes_events: [], lifecycle: null, composition: {} }), environments: {} };
    expect(examineTemplate(silent)).toMatchObject({ problems: [], warnings: [] });
    const { document, problems, warnings } = examineTemplate({
      ...withStep({ lifecycle: { max_retries: 3 }, publishes_events: ['order.created'] }),
      loaded_from: 'somewhere',
    });
    expect(problems).toEqual([]);
    expect(warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'steps[0].lifecycle: `lifecycle` has no effect yet.',
      'steps[0].publishes_events: `publishes_events` has no effect yet.',
      'loaded_from: `loaded_from` has no effect: where a template came from is not kept.',
    ]);
    expect(document?.steps[0]).toMatchObject({
      lifecycle: { max_retries: 3 },
      publishes_events: [{ name: 'order.created', condition: 'success', delivery_mode: 'durable' }],
    });
  });

  it('keeps what later versions will need, and says that its steps cannot run', () => {
    const batch = { batch_size: 10, worker_template: 'work', failure_strategy: 'fail_fast' };
    const { document, warnings } = examineTemplate({
      name: 't',
      lifecycle: { max_duration_minutes: 60, staleness_action: 'error' },
      data_classification: { context_fields: [] },
      pii_subject: 'customer.email',
      steps: [
        { ...step, name: 'cut', type: 'batchable', batch_config: batch },
        {
          name: 'work',
          type: 'batch_worker',
          handler: { callable: 'work', resolver: 'explicit_mapping' },
          dependencies: ['cut'],
          custom_events: [{ name: 'row.done' }],
          composition: { invocations: [] },
          pii_access: ['customer.email'],
          purpose: 'support',
        },
      ],
    });
    expect(document).toMatchObject({
      lifecycle: { max_duration_minutes: 60, staleness_action: 'error' },
      data_classification: { context_fields: [] },
      pii_subject: 'customer.email',
      steps: [
        { type: 'batchable', batch_config: batch },
        {
          type: 'batch_worker',
          handler: { resolver: 'explicit_mapping' },
          custom_events: [{ name: 'row.done' }],
          composition: { invocations: [] },
          pii_access: ['customer.email'],
          purpose: 'support',
        },
      ],
    });
    expect(warnings.map(({ message }) => message)).toContain(
      'Steps of type `batchable` cannot run yet: tasks of this template will be refused.',
    );
    expect(readTemplate(document)).toEqual(document);
    expect(document && compilePlan(document).unsupported).toEqual([
      'Step `cut` is of type `batchable`, which cannot run yet.',
      'Step `work` is of type `batch_worker`, which cannot run yet.',
    ]);
  });

  it('leaves variables alone: what is sent from elsewhere must not read the environment of this process', () => {
    process.env.TASKER_TEST_SECRET = 'secret';
    const raw = { ...withStep({}), description: '${TASKER_TEST_SECRET}' };
    expect(readTemplate(raw).description).toBe('${TASKER_TEST_SECRET}');
    delete process.env.TASKER_TEST_SECRET;
  });

  it('may be in any dialect, with symbols for keys or without', () => {
    const older = { name: 't', step_templates: [{ name: 'a', handler_class: 'a.A' }] };
    const symbols = { ':name': 't', ':steps': [{ ':name': 'a', ':handler': { ':callable': 'a.A' } }] };
    expect(readTemplate(older)).toMatchObject({ steps: [{ name: 'a', handler: { callable: 'a.A' } }] });
    expect(readTemplate(symbols)).toEqual(readTemplate(withStep({})));
    expect(problemsOf({ ':name': 't', name: 't', steps: [step] })).toEqual([
      '[":name"]: Unknown key `:name`. Did you mean `name`?',
    ]);
  });

  it('CORE-95: is refused with everything that is wrong at once, its graph included', () => {
    expect(
      problemsOf({
        name: 't',
        steps: [
          { name: 'a', handler: { callable: 'x' }, depends_on: ['b', 'zed'] },
          { name: 'b', handler: { callable: 'x' }, dependencies: ['a'], timeout_seconds: -1 },
          { name: 'b', handler: { callable: 'x' } },
        ],
      }),
    ).toEqual([
      'steps[1].timeout_seconds: `timeout_seconds` must be > 0, and is -1.',
      'steps[2].name: There are two steps named `b` (the first is number 2). Give each step a name of its own.',
      'steps[0].depends_on[1]: Step `a` depends on `zed`, which does not exist.',
      expect.stringContaining('a → b → a'),
    ]);
  });
});

describe('events that a step publishes by itself', () => {
  const withEvents = (...names: string[]) => ({
    name: 't',
    steps: [{ name: 's', handler: { callable: 'a' }, custom_events: names.map((name) => ({ name })) }],
  });

  it('CORE-102: have a name with a dot that is not one of the engine’s, and no name twice', () => {
    expect(examineTemplate(withEvents('order.paid', 'order.shipped')).problems).toEqual([]);
    const codesOf = (...names: string[]) => examineTemplate(withEvents(...names)).problems.map(({ code }) => code);
    expect(codesOf('paid')).toEqual(['WRONG_VALUE']);
    for (const reserved of ['task.paid', 'Step.paid', 'workflow.x', 'observability.x', 'TEST.x']) {
      expect(codesOf(reserved)).toEqual(['RESERVED_EVENT']);
    }
    expect(codesOf('order.paid', 'order.paid')).toEqual(['DUPLICATE_EVENT']);
  });
});
