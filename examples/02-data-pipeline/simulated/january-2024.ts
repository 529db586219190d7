import type { Order, Product, User } from '../metrics/rows.ts';

/** What the sources of the customer analytics hold. */
export const orders: readonly Order[] = [
  order(1, 101, 201, 89.99, 15, 'completed'),
  order(2, 102, 202, 149.5, 16, 'completed'),
  order(3, 103, 203, 299.99, 17, 'completed'),
  order(4, 101, 204, 49.99, 18, 'refunded'),
  order(5, 104, 201, 89.99, 19, 'completed'),
  order(6, 105, 205, 199.99, 20, 'completed'),
];

export const users: readonly User[] = [
  { id: 101, name: 'Alice', email: 'alice@example.com', segment: 'premium' },
  { id: 102, name: 'Bob', email: 'bob@example.com', segment: 'standard' },
  { id: 103, name: 'Carol', email: 'carol@example.com', segment: 'premium' },
  { id: 104, name: 'David', email: 'david@example.com', segment: 'standard' },
  { id: 105, name: 'Eve', email: 'eve@example.com', segment: 'premium' },
];

export const products: readonly Product[] = [
  { id: 201, name: 'Premium Widget', category: 'widgets', price: 89.99, inventory: 45 },
  { id: 202, name: 'Deluxe Gadget', category: 'gadgets', price: 149.5, inventory: 23 },
  { id: 203, name: 'Enterprise Tool', category: 'tools', price: 299.99, inventory: 12 },
  { id: 204, name: 'Basic Widget', category: 'widgets', price: 49.99, inventory: 78 },
  { id: 205, name: 'Pro Gadget', category: 'gadgets', price: 199.99, inventory: 34 },
];

function order(
  id: number,
  user_id: number,
  product_id: number,
  amount: number,
  day: number,
  status: 'completed' | 'refunded',
): Order {
  return { id, user_id, product_id, amount, order_date: `2024-01-${day}`, status };
}
