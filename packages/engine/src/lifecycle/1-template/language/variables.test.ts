import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Tree, toData } from './tree.ts';
import { treeOfData } from './tree-of-data.ts';
import { escapeVariables, expandVariables } from './variables.ts';

const variables = { HOST: 'shop.example.com', PORT: '8080', EMPTY: '', UNSET: undefined };

function expand(text: string): { text: unknown; problems: string[] } {
  const tree: Tree = treeOfData({ text });
  const { problems } = expandVariables(tree, variables, 'test');
  const data = toData(tree);
  return {
    text: typeof data === 'object' && data !== null ? Reflect.get(data, 'text') : undefined,
    problems: problems.map(({ message }) => message),
  };
}

describe('CORE-94: a variable in a template', () => {
  it.each([
    ['${HOST}', 'shop.example.com'],
    ['https://${HOST}:${PORT}/', 'https://shop.example.com:8080/'],
    ['${NOWHERE:-localhost}', 'localhost'],
    ['${UNSET:-}', ''],
    ['${EMPTY}', ''],
    ['${EMPTY:-something}', 'something'],
    ['${HOST:-localhost}', 'shop.example.com'],
    ['${X:-a:-b}', 'a:-b'],
    ['${X:-two\nlines}', 'two\nlines'],
    ['$${HOST}', '${HOST}'],
    ['$$${HOST}', '$${HOST}'],
    ['costs $5 {or} $HOME', 'costs $5 {or} $HOME'],
  ])('in %j makes %j', (written, made) => {
    expect(expand(written)).toEqual({ text: made, problems: [] });
  });

  it.each([
    ['${NOWHERE}', 'The variable `NOWHERE` is not set.'],
    ['${UNSET}', 'The variable `UNSET` is not set.'],
    ['${toString}', 'The variable `toString` is not set.'],
    ['${user.name}', '`${user.name}` is no variable.'],
    ['${}', '`${}` is no variable.'],
    ['${HOST', '`${` is no variable.'],
    ['${HOST-localhost}', '`${HOST-localhost}` is no variable.'],
    ['${A:-${HOST}}', '`${A:-${HOST}` is no variable.'],
  ])('in %j is refused', (written, said) => {
    expect(expand(written).problems).toEqual([said]);
  });

  it('is looked for in one go through a text of nothing but beginnings', () => {
    // looking again from each beginning would take hours
    expect(expand('${'.repeat(1_000_000)).problems).toEqual(['`${` is no variable.']);
    expect(expand(`${'${'.repeat(500_000)}}`).problems).toHaveLength(1);
  });

  it('says everything that is missing in one text', () => {
    expect(expand('${ONE} ${TWO} ${HOST}').problems).toEqual([
      'The variable `ONE` is not set.',
      'The variable `TWO` is not set.',
    ]);
  });

  it('is nowhere in a text that was escaped, whatever it holds', () => {
    const pieces = fc.array(fc.constantFrom('$', '{', '}', '${', '$${', 'HOST', '${HOST}', ':-', 'a'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        expect(expand(escapeVariables(text))).toEqual({ text, problems: [] });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not one in a key', () => {
    const tree = treeOfData({ '${NOWHERE}': 1 });
    expect(expandVariables(tree, variables, 'test').problems).toEqual([]);
  });
});
