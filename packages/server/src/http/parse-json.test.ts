import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

const limits = { depth: 5, keys: 100 };
const parse = (text: string) => parseJson(new TextEncoder().encode(text), limits);

it('JSON of any kind is read as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      fc.pre(!text.includes('__proto__'));
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  );
});

it.each([
  ['{"a":1,"a":2}', /has the key "a" twice/],
  ['{"a":1,"\\u0061":2}', /has the key "a" twice/],
  ['{"b":{"a":[{"a":1}],"a":2}}', /has the key "a" twice/],
  ['{"__proto__":{}}', /has the key `__proto__`/],
  ['{"a":{"\\u005f_proto__":1}}', /has the key `__proto__`/],
  ['[[[[[[]]]]]]', /nested deeper than 5/],
  [`{${Array.from({ length: 101 }, (_, i) => `"${i}":1`).join()}}`, /more than 100 keys/],
  ['{"a":', /is not JSON/],
  ['{"a', /is not JSON/],
  ['', /is not JSON/],
  ['{"a":1} x', /is not JSON/],
  ["{'a':1}", /is not JSON/],
  ['{"id":9007199254740993}', /has the number 9007199254740993, which would be rounded; send it as a text/],
  ['[-12345678901234567890]', /has the number -12345678901234567890, which would be rounded/],
  [`[${'9'.repeat(400)}]`, /has the number 9{40}, which would be rounded/],
])('%s is refused', (text, problem) => {
  expect(() => parse(text)).toThrow(problem);
});

it('the same key in different objects, and keys as values, are no doubt', () => {
  const text = '{"a":{"a":["a","a",{"a":"a"}]},"b":"\\"a\\":1,\\"a\\":2 {["}';
  expect(parse(text)).toEqual(JSON.parse(text));
});

it('numbers are taken that can be read as they stand, however long they are, and digits in texts', () => {
  const text =
    '{"9007199254740993":"9007199254740993","a":[9007199254740994,100000000000000000000,0.1234567890123456789]}';
  expect(parse(text)).toEqual(JSON.parse(text));
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(parse(JSON.stringify([number]))).toEqual(JSON.parse(JSON.stringify([number])));
    }),
  );
});

it('what is no UTF-8 is refused', () => {
  expect(() => parseJson(new Uint8Array([0x22, 0xff, 0x22]), limits)).toThrow(/UTF-8/);
});

it('a megabyte of the worst is refused', () => {
  for (const text of [
    '['.repeat(1e6),
    '{"a":'.repeat(2e5),
    '"'.repeat(1e6),
    '"\\'.repeat(5e5),
    '{"a":1,'.repeat(1e5),
    '9'.repeat(1e6),
    '-'.repeat(1e6),
  ]) {
    expect(() => parse(text)).toThrow(/`body`/);
  }
});
