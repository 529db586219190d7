import { seededRandom } from '@tasker/engine/testing';

/** Values for requests: what fits a schema, what nearly does, and what nobody should send. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Fuzz {
  /** A number from 0 to below 1; the same ones for the same seed. */
  random(): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** @param names what properties of these names are often given */
  value(schema: Schema, names: Readonly<Record<string, readonly unknown[]>>, name?: string): unknown;
  nonsense(): unknown;
  text(): string;
}

export function createFuzz(seed: number, resolve: (ref: string) => Schema): Fuzz {
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const text = () => pick(texts);
  const nonsense = (): unknown =>
    pick([null, true, 0, -1, 1e308, 2 ** 53, text(), [], {}, [[]], [null], { a: { b: [1] } }, { [text()]: text() }]);

  function value(schema: Schema, names: Readonly<Record<string, readonly unknown[]>>, name = ''): unknown {
    if (chance(0.06)) return nonsense();
    const known = names[name];
    if (known !== undefined && chance(0.8)) return pick(known);
    if (schema.$ref !== undefined) return value(resolve(schema.$ref), names, name);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return pick(schema.enum);
    if (schema.anyOf !== undefined) return value(pick(schema.anyOf), names, name);
    const { type = '' } = schema;
    switch (type) {
      case 'object':
        return object(schema, names);
      case 'array':
        return Array.from({ length: Math.floor(random() * 3) }, () => value(schema.items ?? {}, names, name));
      case 'integer':
      case 'number':
        return pick([schema.minimum ?? 0, schema.maximum ?? 5, 1, 2, -7, 1.5]);
      case 'boolean':
        return chance(0.5);
      case 'string':
        if (schema.format === 'date-time') return pick(times);
        return text();
      default:
        return nonsense();
    }
  }

  function object({ properties = {}, required = [] }: Schema, names: Readonly<Record<string, readonly unknown[]>>) {
    const made: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(properties)) {
      if (chance(required.includes(name) ? 0.95 : 0.3)) made[name] = value(property, names, name);
    }
    if (chance(0.08)) made[text()] = nonsense();
    return made;
  }

  return { random, chance, pick, value, nonsense, text };
}

const texts = [
  '',
  ' ',
  'a',
  'true',
  '0',
  '-1',
  '1e9',
  'latest',
  '1.0.0',
  '99.99.99-rc.1',
  'default',
  '../..',
  "'; drop table tasker.task; --",
  '%',
  '\\',
  '\u0000',
  '\ud800',
  'é😀',
  '\n',
  '{}',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(70),
  'x'.repeat(300),
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '1:1:@2026-11-20T00:00:00.000000Z',
];

const times = [
  '2026-11-20T14:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59+14:00',
  '2026-12-31T23:59:60Z',
  'today',
  '2026-02-30T00:00:00Z',
];
