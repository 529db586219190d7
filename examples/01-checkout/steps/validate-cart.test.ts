import { expect, test } from 'vitest';
import { failureOf } from '../../shared/expect-failure.ts';
import { createSimulatedServices } from '../simulated/services.ts';
import { readCart, validateCart } from './validate-cart.ts';

const { signal } = new AbortController();
const validate = (cart: unknown) => validateCart(readCart(cart), createSimulatedServices(), signal);

test.each([
  ['no cart', undefined, 'P MISSING_CART_ITEMS'],
  ['an empty cart', [], 'P MISSING_CART_ITEMS'],
  ['a line without a product', [{ quantity: 1 }], 'P MISSING_PRODUCT_ID'],
  ['a product that is no number', [{ product_id: '1', quantity: 1 }], 'P MISSING_PRODUCT_ID'],
  ['a quantity of none', [{ product_id: 1, quantity: 0 }], 'P INVALID_QUANTITY'],
  ['half a piece', [{ product_id: 1, quantity: 0.5 }], 'P INVALID_QUANTITY'],
  ['a product that does not exist', [{ product_id: 99, quantity: 1 }], 'P PRODUCT_NOT_FOUND'],
  ['a product that is no longer sold', [{ product_id: 5, quantity: 1 }], 'P PRODUCT_INACTIVE'],
  ['more than there is', [{ product_id: 3, quantity: 26 }], 'R(30) INSUFFICIENT_STOCK'],
  [
    'more than there is, in two lines',
    [
      { product_id: 3, quantity: 20 },
      { product_id: 3, quantity: 6 },
    ],
    'R(30) INSUFFICIENT_STOCK',
  ],
])('%s', async (_, cart, failure) => {
  expect(await failureOf(() => validate(cart))).toBe(failure);
});

test('a cart gets the names and prices of the catalogue', async () => {
  expect(await validate([{ product_id: 2, quantity: 2, price: 0.01, name: 'Cheap' }])).toEqual({
    validated_items: [{ product_id: 2, name: 'Widget B', price: 49.99, quantity: 2, line_total: 99.98 }],
    subtotal: 99.98,
    tax: 8,
    shipping: 5.99,
    total: 113.97,
    item_count: 2,
    validated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
});
