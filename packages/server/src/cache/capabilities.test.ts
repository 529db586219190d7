import { expect, it } from 'vitest';
import type { CacheCapabilities, CacheStore } from './cache-store.ts';
import { createCapabilityDetection } from './capabilities.ts';

class Store implements CacheStore {
  readonly capabilities?: Partial<CacheCapabilities>;

  constructor(capabilities?: Partial<CacheCapabilities>) {
    if (capabilities !== undefined) this.capabilities = capabilities;
  }
  get(): undefined {
    return undefined;
  }
  set(): void {
    throw new Error('nothing is kept here');
  }
}
class RedisStore extends Store {}
class MemcachedStore extends Store {}
class FileStore extends Store {}
class ShopStore extends Store {}

const detection = (...detectors: Parameters<typeof createCapabilityDetection>[0]) =>
  createCapabilityDetection(detectors, () => undefined);

it.each([
  [new RedisStore(), { distributed: true, atomicIncrement: true, locking: true, mode: 'distributed_atomic' }],
  [new MemcachedStore(), { distributed: true, atomicIncrement: true, locking: false, mode: 'distributed_basic' }],
  [new FileStore(), { distributed: false, atomicIncrement: false, locking: false, mode: 'local_only' }],
  [new ShopStore(), { store: 'ShopStore', distributed: false, mode: 'local_only' }],
])('CORE-125, SURF-60: knows some stores by name, and takes others to be able to do nothing: %s', (store, can) => {
  expect(detection().detect(store)).toMatchObject(can);
});

it('CORE-125, SURF-60: what a store declares counts before detectors, those before names, names before nothing', () => {
  const shop = { store: 'Shop', detect: () => ({ distributed: true }) };
  const redis = { store: /^Redis/, detect: () => ({ locking: false }) };
  const known = detection(shop, redis);
  expect(known.detect(new ShopStore())).toMatchObject({ distributed: true, locking: false, mode: 'distributed_basic' });
  expect(known.detect(new RedisStore())).toMatchObject({ atomicIncrement: true, mode: 'distributed_basic' });
  expect(known.detect(new RedisStore({ locking: true }))).toMatchObject({ mode: 'distributed_atomic' });
  expect(known.detect(new ShopStore({ distributed: false }))).toMatchObject({ mode: 'local_only' });
});

it('CORE-125, SURF-60: the later detector counts more, and one that says nothing leaves it to the others', () => {
  const first = { store: 'Shop', detect: () => ({ distributed: true, locking: true }) };
  const second = { store: 'Store', detect: () => ({ locking: false }) };
  expect(detection(first, second).detect(new ShopStore())).toMatchObject({ distributed: true, locking: false });
  expect(detection(second, first).detect(new ShopStore())).toMatchObject({ distributed: true, locking: true });
});

it('CORE-125, SURF-60: a detector that throws is told of and passed over', () => {
  const faults: string[] = [];
  const broken = {
    store: 'Redis',
    detect: () => {
      throw new Error('no');
    },
  };
  const known = createCapabilityDetection([broken], (message) => faults.push(message));
  expect(known.detect(new RedisStore()).mode).toBe('distributed_atomic');
  expect(faults).toEqual(['a detector of what the cache store RedisStore can do failed']);
});

it('CORE-125, SURF-60: each store is looked at once, until there are other detectors', () => {
  let looks = 0;
  const counting = {
    store: 'Shop',
    detect: () => {
      looks += 1;
      return { distributed: true };
    },
  };
  const known = detection(counting);
  const store = new ShopStore();
  for (let i = 0; i < 3; i += 1) expect(known.detect(store).distributed).toBe(true);
  expect(looks).toBe(1);
  known.register({ store: 'Shop', detect: () => ({ distributed: false }) });
  expect([known.detect(store).distributed, looks]).toEqual([false, 2]);
  known.clear();
  expect([known.detect(store).distributed, known.detect(new RedisStore()).distributed, looks]).toEqual([
    false,
    true,
    2,
  ]);
});
