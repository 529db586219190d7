import { describe, expect, it } from 'vitest';
import { InvalidTemplate } from '../../errors.ts';
import { readTemplateYaml } from './read-template-yaml.ts';

function problemsOf(text: string): string[] {
  try {
    readTemplateYaml(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidTemplate)) throw error;
    return error.problems.map(({ line, column, message }) =>
      line === undefined ? message : `${line}:${column} ${message}`,
    );
  }
}

const order = `
# Comments before the marker are a document of their own, and an empty one.
---
name: process_order
namespace_name: ecommerce
version: 1.0.0
steps:
  - name: validate_cart
    handler: { callable: ecommerce.validate_cart }
  - name: process_payment
    handler:
      callable: ecommerce.process_payment
    dependencies: [validate_cart]
    retry: { limit: 5 }
    timeout_seconds: 30
`;

describe('a template in YAML', () => {
  it('becomes a template document', () => {
    const [document, ...others] = readTemplateYaml(order);
    expect(others).toEqual([]);
    expect(document).toMatchObject({
      name: 'process_order',
      namespace_name: 'ecommerce',
      version: '1.0.0',
      steps: [
        { name: 'validate_cart' },
        { name: 'process_payment', dependencies: ['validate_cart'], retry: { max_attempts: 5 }, timeout_seconds: 30 },
      ],
    });
  });

  it('may stand behind another in one file, and may be JSON', () => {
    const text = `${order}---\n{"name": "second", "steps": [{"name": "a", "handler": {"callable": "a"}}]}\n`;
    expect(readTemplateYaml(text).map(({ name }) => name)).toEqual(['process_order', 'second']);
  });

  it('may repeat itself with anchors and merge keys', () => {
    const [document] = readTemplateYaml(`
name: t
steps:
  - &first
    name: a
    handler: { callable: a }
    retry: &often { max_attempts: 9 }
  - <<: *first
    name: b
    retry: *often
`);
    expect(document?.steps.map(({ name, retry }) => [name, retry.max_attempts])).toEqual([
      ['a', 9],
      ['b', 9],
    ]);
  });

  it.each([
    'Shop::Orders::Validate',
    'shop.orders.Validate',
    './orders.js#Validate',
    '@shop/orders',
    'validate',
    'payments:stripe:refund',
  ])('may call its handlers anything, like %s, and name method and resolver', (callable) => {
    const text = `name: t\nsteps:\n  - name: a\n    handler:\n      callable: ${callable.startsWith('@') ? `'${callable}'` : callable}\n      method: refund\n      resolver: mine\n`;
    const [document] = readTemplateYaml(text);
    expect(document?.steps[0]?.handler).toEqual({ callable, method: 'refund', resolver: 'mine', initialization: {} });
  });

  it('CORE-92, CORE-95: has every problem reported with its line and column', () => {
    expect(
      problemsOf(`name: x
version: 1.0
nme: y
steps:
  - name: a
    handler: { callable: a.A }
    depends_on: [b]
    timeout_seconds: "30s"
  - name: b
    handler: { calable: b }
    dependencies:
      - a
      - zed
`),
    ).toEqual([
      '2:10 `version` must be text, and is the number 1.',
      '3:1 Unknown key `nme`.',
      '7:17 These steps wait for each other: a → b → a (each depends on the next).',
      '8:22 `timeout_seconds` must be a number, and is "30s".',
      '10:14 `callable` is missing.',
      '10:16 Unknown key `calable`.',
      '13:9 Step `b` depends on `zed`, which does not exist.',
    ]);
  });

  it('names the file in the message', () => {
    expect(() => readTemplateYaml('name: x\nsteps: []\n', { file: 'orders.yaml' })).toThrow(
      'orders.yaml:2:8 steps: A template needs at least one step.',
    );
  });

  it('finds the place of a problem behind an alias', () => {
    expect(
      problemsOf(`name: t
steps:
  - name: a
    handler: &handler { callable: 5 }
  - name: b
    handler: *handler
`),
    ).toEqual(['4:35 `callable` must be text, and is 5.', '4:35 `callable` must be text, and is 5.']);
  });

  it.each([
    ['a: 1\na: 2', '2:1 The key `a` stands here twice.'],
    ['name: t\n:name: u', '2:1 The key `name` stands here twice.'],
    ['steps: [1', 'Flow sequence in block collection must be sufficiently indented and end with a ].'],
    ['name: !custom x\nsteps: []', '1:7 Unresolved tag: !custom.'],
    ['name: .nan\nsteps: []', '1:7 This is NaN, which JSON has no word for.'],
    ['name: t\nmetadata: { id: 12345678901234567890 }', '2:17 This number has more digits than JSON numbers keep'],
    ['name: "\\0"\nsteps: []', '1:7 This has a character that PostgreSQL cannot store.'],
    ['name: &a [*a]', '1:11 The alias `*a` stands in what it refers to.'],
    ['name: *nobody', '1:7 The alias `*nobody` has no anchor before it.'],
    ['name: t\n<<: 5', '2:5 Only maps can be merged (`<<`).'],
    ['', 'There is no template here.'],
    ['# nothing but a comment', 'There is no template here.'],
    ['['.repeat(100_000), 'This is nested too deeply.'],
    [Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'This is nested too deeply.'],
    [`name: "${'x'.repeat(2_097_153)}"`, 'A template file may be at most 2097152 bytes.'],
  ])('is refused when the text is broken or hostile (%#)', (text, expected) => {
    expect(problemsOf(text)).toContainEqual(expect.stringContaining(expected));
  });

  it('is no other for a line that says it is older YAML', () => {
    const text =
      '%YAML 1.1\n---\nname: t\nmetadata: { on: yes, day: 2001-01-01 }\nsteps: [{ name: a, handler: { callable: a } }]\n';
    expect(readTemplateYaml(text)[0]?.metadata).toEqual({ on: 'yes', day: '2001-01-01' });
  });

  it('may be JSON with tabs', () => {
    const text =
      '{\n\t"name": "t",\n\t"steps": [\n\t\t{ "name": "a", "handler": { "callable": "\\ud83d\\ude00\\/" } }\n\t]\n}';
    expect(readTemplateYaml(text)[0]?.steps[0]?.handler.callable).toBe('😀/');
  });

  it('is refused when its aliases multiply, before they do', () => {
    const bomb = [
      'a: &a [x, x]',
      ...Array.from(
        'bcdefgh',
        (key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`,
      ),
    ];
    expect(problemsOf(bomb.join('\n'))).toEqual(['6:28 With its aliases written out, this is far too large.']);
  });

  it('is looked through for keys that stand twice without comparing each with each', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => `  k${index}: 1\n`).join('');
    // comparing each with each would take minutes
    const text = `name: t\nsteps: [{ name: a, handler: { callable: a } }]\nmetadata:\n${many}  k0: 2\n`;
    expect(problemsOf(text)).toEqual(['50004:3 The key `k0` stands here twice.']);
  });

  it('has its first hundred problems listed, and the others counted', () => {
    const problems = problemsOf(
      `name: t\nsteps: []\n${Array.from({ length: 150 }, (_, index) => `x${index}: 1`).join('\n')}`,
    );
    expect(problems).toHaveLength(101);
    expect(problems[100]).toBe('102:1 There are more, from here on.');
  });

  it('of a thousand steps is read whole', () => {
    const steps = Array.from(
      { length: 1_000 },
      (_, index) =>
        `  - name: step_${index}\n    handler: { callable: shop.Step${index} }\n` +
        `    dependencies: [${index === 0 ? '' : `step_${index - 1}`}]\n    retry: { limit: 5 }\n`,
    );
    const text = `name: t\nsteps:\n${steps.join('')}`;
    expect(readTemplateYaml(text)[0]?.steps).toHaveLength(1_000);
  });
});
