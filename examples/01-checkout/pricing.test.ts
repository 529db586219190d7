import { expect, test } from 'vitest';
import { gatewayFeeCents, totalsOf } from './pricing.ts';

test('the base order costs 124.76', () => {
  const totals = totalsOf([
    { priceCents: 2999, quantity: 2 },
    { priceCents: 4999, quantity: 1 },
  ]);
  expect(totals).toEqual({
    subtotalCents: 10_997,
    taxCents: 880,
    shippingCents: 599,
    totalCents: 12_476,
    itemCount: 3,
  });
});

test('shipping steps up after 2 lb and after 10 lb', () => {
  const total = (quantity: number) => totalsOf([{ priceCents: 2999, quantity }]);
  expect([4, 5, 20, 21].map((quantity) => total(quantity).shippingCents)).toEqual([599, 999, 999, 1499]);
  expect([4, 5, 20, 21].map((quantity) => total(quantity).totalCents)).toEqual([13_555, 17_194, 65_777, 69_516]);
});

test('fees are 2.9 % and 30 cents, half a cent rounded up', () => {
  expect(gatewayFeeCents(12_476)).toBe(392);
  expect(gatewayFeeCents(0)).toBe(30);
});
