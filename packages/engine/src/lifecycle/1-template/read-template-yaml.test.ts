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
    expect(() => readTemplateYaml('name: x\nsteps: []\n', 'orders.yaml')).toThrow(
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
    ['a: 1\na: 2', '2:1 Map keys must be unique.'],
    ['steps: [1', 'Flow sequence in block collection must be sufficiently indented and end with a ].'],
    ['name: !custom x\nsteps: []', '1:7 Unresolved tag: !custom.'],
    ['name: .nan\nsteps: []', '1:7 This is NaN, which JSON has no word for.'],
    ['name: &a [*a]', 'refers back to what it is part of.'],
    ['', 'There is no template here.'],
    ['# nothing but a comment', 'There is no template here.'],
    ['['.repeat(100_000), 'This is nested too deeply.'],
    [`name: "${'x'.repeat(1_048_577)}"`, 'A template file may be at most 1048576 bytes.'],
  ])('is refused when the text is broken or hostile (%#)', (text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it('is refused when its aliases multiply', () => {
    const bomb = [
      'a: &a [x, x]',
      ...Array.from(
        'bcdefgh',
        (key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`,
      ),
    ];
    expect(problemsOf(bomb.join('\n'))).toEqual([
      '1:1 This cannot be read: Excessive alias count indicates a resource exhaustion attack.',
    ]);
  });
});
