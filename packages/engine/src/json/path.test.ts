import { describe, expect, it } from 'vitest';
import { formatPath, pathOfPointer } from './path.ts';

describe('a path into JSON', () => {
  it.each([
    [[], ''],
    [['steps', 2, 'retry', 'backoff'], 'steps[2].retry.backoff'],
    [[0, 'a'], '[0].a'],
    [['a b', 'c'], '["a b"].c'],
    [['a', 'x-y'], 'a.x-y'],
  ])('%j is written %j', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });

  it('is made of a JSON pointer, with indices only into arrays', () => {
    expect(pathOfPointer('/a/0/1', { a: [{ '1': true }] })).toEqual(['a', 0, '1']);
    expect(pathOfPointer('/x~1y/~0', { 'x/y': { '~': 1 } })).toEqual(['x/y', '~']);
    expect(pathOfPointer('', {})).toEqual([]);
  });
});
