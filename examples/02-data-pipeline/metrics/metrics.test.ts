import { expect, test } from 'vitest';
import { customerMetricsOf } from './customer-metrics.ts';
import { insightsOf, nullFractionOf } from './insights.ts';
import { productMetricsOf } from './product-metrics.ts';
import type { Order } from './rows.ts';

const order = (id: number, user_id: number, amount: number, status = 'completed'): Order => {
  return { id, user_id, product_id: 1, amount, order_date: '2024-01-01', status };
};
const ada = { id: 1, name: 'Ada', email: 'ada@example.com', segment: 'premium' };

test('revenue is what completed orders brought, to the cent', () => {
  const [metrics] = customerMetricsOf([order(1, 1, 0.1), order(2, 1, 0.2), order(3, 1, 5, 'refunded')], [ada]);
  expect(metrics).toMatchObject({ total_orders: 3, completed_orders: 2, total_revenue: 0.3, avg_order_value: 0.15 });
});

test('a customer whom the customer system does not know has neither address nor segment', () => {
  const metrics = customerMetricsOf([order(1, 9, 10), order(2, 1, 10)], [ada]);
  expect(metrics.map(({ email }) => email)).toEqual(['ada@example.com', null]);
  expect(nullFractionOf(metrics)).toBeCloseTo(2 / 14);
  expect(insightsOf(metrics, []).segment_analysis).toEqual({ premium: 1, unknown: 1 });
});

test('of equal revenue the lower id comes first, and three are shown', () => {
  const metrics = customerMetricsOf(
    [4, 2, 3, 1].map((id) => order(id, id, 10)),
    [],
  );
  expect(insightsOf(metrics, []).top_customers.map(({ user_id }) => user_id)).toEqual([1, 2, 3]);
});

test('a product that nobody ordered has no metrics, one that nobody kept converts nobody', () => {
  const widget = { id: 1, name: 'Widget', category: 'widgets', price: 1, inventory: 1 };
  expect(productMetricsOf([], [widget])).toEqual([]);
  const [metrics] = productMetricsOf([order(1, 1, 10, 'refunded')], [widget]);
  expect(metrics).toMatchObject({ conversion_rate: 0, total_revenue: 0 });
});
