import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './parse.ts';
import { formatPath } from './path.ts';
import { serialiseJson, storableText } from './serialise.ts';

const maxBytes = 10_000;

function fault(value: unknown, limit = maxBytes): string {
  const serialised = serialiseJson(value, limit);
  if (serialised.ok) return serialised.text;
  const { kind, path, reason } = serialised.problem;
  return `${kind}: ${formatPath(path)} ${reason}`;
}

describe('a value to be kept as JSON', () => {
  it('is written once, as JSON.stringify writes it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const serialised = serialiseJson(value, Number.MAX_SAFE_INTEGER);
        if (serialised.ok) expect(serialised.text).toBe(JSON.stringify(value));
        else expect(serialised.problem.reason).toBe('has a character that PostgreSQL cannot store');
      }),
    );
  });

  it('may leave properties undefined, and may hold dates and instances of classes', () => {
    class Money {
      readonly amount = 10;
    }
    const withoutPrototype: unknown = Object.create(null);
    expect(fault({ none: undefined, at: new Date(0), price: new Money(), bare: withoutPrototype })).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","price":{"amount":10},"bare":{}}',
    );
  });

  it.each([
    [{ a: [{ b: () => 1 }] }, 'not_serialisable: a[0].b is a function'],
    [{ n: 10n }, 'not_serialisable: n is a bigint'],
    [{ s: Symbol('s') }, 'not_serialisable: s is a symbol'],
    [{ ratio: 0 / 0 }, 'not_serialisable: ratio is NaN, which JSON has no word for'],
    [[1, Infinity], 'not_serialisable: [1] is Infinity, which JSON has no word for'],
    [{ m: new Map() }, 'not_serialisable: m is of class Map, which JSON would lose'],
    [{ e: new Error('x') }, 'not_serialisable: e is of class Error, which JSON would lose'],
    [{ p: Promise.resolve() }, 'not_serialisable: p is of class Promise, which JSON would lose'],
    [{ bytes: new Uint8Array(3) }, 'not_serialisable: bytes is of class Uint8Array, which JSON would lose'],
    [undefined, 'not_serialisable:  is undefined'],
    [{ 'odd key': { 'x-y': 1n } }, 'not_serialisable: ["odd key"].x-y is a bigint'],
    [{ text: 'a\0b' }, 'not_serialisable: text has a character that PostgreSQL cannot store'],
    [{ list: ['\uD800'] }, 'not_serialisable: list[0] has a character that PostgreSQL cannot store'],
    [{ 'k\0': 1 }, 'not_serialisable: ["k\\u0000"] has a character that PostgreSQL cannot store'],
  ])('CORE-87: is refused with the place in it that JSON or the database cannot hold (%#)', (value, expected) => {
    expect(fault(value)).toBe(expected);
  });

  it('CORE-87: is refused when it contains itself, but not when it holds the same thing twice', () => {
    const self: Record<string, unknown> = { name: 'x' };
    self.child = { parent: self };
    expect(fault(self)).toBe('not_serialisable: child.parent refers back to what it is part of');
    const shared = { a: 1 };
    expect(fault({ one: shared, two: [shared, shared] })).toBe('{"one":{"a":1},"two":[{"a":1},{"a":1}]}');
  });

  it('is refused when it is nested deeper than the database can read', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(fault(deep)).toContain('is nested more than 128 levels deep');
  });

  it('is refused when looking at it throws', () => {
    const hostile = {
      get trap(): number {
        throw new Error('do not look');
      },
    };
    expect(fault(hostile)).toBe('not_serialisable:  cannot be read: Error: do not look');
    expect(fault({ toJSON: () => 5n })).toBe('not_serialisable:  is a bigint');
  });

  it('is refused when its text is larger than allowed, counted in bytes', () => {
    expect(fault('x'.repeat(98), 100)).toBe(`"${'x'.repeat(98)}"`);
    expect(fault('x'.repeat(99), 100)).toBe('too_large:  is 101 bytes of JSON, and no more than 100 may be kept');
    expect(fault('é'.repeat(50), 100)).toContain('is 102 bytes');
  });

  it('may hold text that only looks like an escape of a refused character', () => {
    expect(fault({ regex: '\\u0000 \\ud800', emoji: '😀' })).toBe('{"regex":"\\\\u0000 \\\\ud800","emoji":"😀"}');
  });

  it('never makes this throw, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          const serialised = serialiseJson(value, 1_000);
          if (serialised.ok) expect(serialised.text).toBe(JSON.stringify(parseJson(serialised.text)));
          else expect(serialised.problem.reason).not.toBe('');
        },
      ),
    );
  });
});

describe('text for a message that must be kept', () => {
  it('loses only the characters that PostgreSQL cannot store', () => {
    expect(storableText('a\0b \uD800 \uDC00 😀')).toBe('a\uFFFDb \uFFFD \uFFFD 😀');
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units);
        expect(serialiseJson(storableText(text), Number.MAX_SAFE_INTEGER).ok).toBe(true);
      }),
    );
  });
});
