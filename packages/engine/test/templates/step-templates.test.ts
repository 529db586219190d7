import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/graph/compile-plan.ts';
import { examineTemplateYaml, readTemplateYaml } from '../../src/index.ts';
import { nextAttemptDelayMs } from '../../src/states/retry.ts';
import { soundTemplates } from './sound-templates.ts';

const sound = soundTemplates.stepTemplates;

describe('a template of the older engine', () => {
  it('CORE-91: says with its own keys what the canonical dialect says with its', () => {
    const [document] = readTemplateYaml(sound, { environment: 'production' });
    expect(document).toMatchObject({
      name: 'process_order',
      namespace_name: 'ecommerce',
      version: '1.0.0',
      system_dependencies: { primary: 'shop', secondary: [] },
      input_schema: { type: 'object', required: ['cart'] },
      steps: [
        {
          name: 'validate_cart',
          description: 'Looks at the cart',
          handler: { callable: 'Ecommerce::ValidateCart', method: 'call', initialization: { strict: true } },
          dependencies: [],
          retry: { retryable: true, max_attempts: 3 },
          skippable: false,
          system_dependency: 'shop',
        },
        { dependencies: ['validate_cart'], custom_events: [{ name: 'payment.charged' }] },
        { dependencies: ['process_payment', 'validate_cart'], system_dependency: 'warehouse' },
      ],
    });
  });

  it('may name one dependency apart from the others, and name it twice', () => {
    const text = sound.replace(
      '    depends_on_steps:\n',
      '    depends_on_step: validate_cart\n    depends_on_steps:\n',
    );
    expect(readTemplateYaml(text)[0]?.steps[2]?.dependencies).toEqual(['process_payment', 'validate_cart']);
  });

  it('waits as the older engine did: two seconds, then twice as long each time, up to thirty', () => {
    const [plan] = readTemplateYaml(sound).map(compilePlan);
    const policy = plan?.steps[0]?.retry;
    expect(policy).toMatchObject({ backoff: 'exponential', baseMs: 2_000, maxMs: 30_000 });
    const delays = [1, 2, 3, 4, 5, 6].map(
      (attempt) => policy && nextAttemptDelayMs(policy, attempt, { random: () => 0.5 }),
    );
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('CORE-97: has steps of an unknown system unless it, or they, say which', () => {
    const text = sound
      .replace('default_dependent_system: shop\n', '')
      .replace('    default_dependent_system: sandbox\n', '');
    expect(readTemplateYaml(text)[0]?.steps.map((step) => step.system_dependency)).toEqual([
      'unknown',
      'unknown',
      'warehouse',
    ]);
  });

  it('CORE-96: may list the names that steps and dependencies can have', () => {
    const list = 'named_steps:\n  - validate_cart\n  - process_payment\n  - create_order\n';
    const problemsWith = (named: string) =>
      examineTemplateYaml(sound.replace(list, named)).problems.map(
        ({ line, column, message }) => `${line}:${column} ${message}`,
      );
    expect(problemsWith('')).toEqual([]);
    expect(problemsWith('named_steps: [validate_cart, process_payment]\n')).toEqual([
      '24:11 `create_order` is not listed in `named_steps`.',
    ]);
    expect(problemsWith('named_steps: [validate_cart, create_order]\n')).toEqual([
      '18:11 `process_payment` is not listed in `named_steps`.',
      '29:9 `process_payment` is not listed in `named_steps`.',
    ]);
    expect(problemsWith('named_steps: []\n')).toHaveLength(6);
  });

  it('has warnings for what it may say without effect, with what to write where that is known', () => {
    const text = sound
      .replace('schema:\n', 'module_namespace: Shop\nconcurrent: true\nschema:\n')
      .replace('  - create_order\n', '  - create_order\n  - ship_order\n')
      .replace('    skippable: false\n', '    skippable: false\n    timeout: 30\n    retry_limit: 4\n');
    const { documents, problems, warnings } = examineTemplateYaml(text);
    expect(problems).toEqual([]);
    expect(documents).toHaveLength(1);
    expect(warnings.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      '4:1 `task_handler_class` has no effect: a task is its steps, and has no class.',
      '10:5 `named_steps` lists `ship_order`, which no step is called.',
      '11:1 `module_namespace` has no effect: a task is its steps, and has no class.',
      '12:1 `concurrent` has no effect: steps that do not depend on each other always run side by side.',
      '28:5 `timeout` never had an effect; write the template in the canonical dialect, which has `timeout_seconds`.',
      '29:5 `retry_limit` never had an effect; write `default_retry_limit`.',
      '30:5 `custom_events` has no effect yet.',
    ]);
  });
});
