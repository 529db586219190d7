import { expect, test } from 'vitest';
import { aggregate } from './aggregate.ts';
import { customerMetricsOf, inventoryMetricsOf, salesMetricsOf } from './transforms.ts';
import { ratingOf, verdictOn } from './verdict.ts';

const nothing = aggregate(salesMetricsOf([]), inventoryMetricsOf([]), customerMetricsOf([]));

test('a customer worth 9,999.99 belongs to the medium segment', () => {
  const worth = (lifetime_value: number) => customerMetricsOf([{ name: 'Ada', tier: 'gold', lifetime_value }]).segments;
  expect(worth(10_000)).toEqual({ high: 1, medium: 0, low: 0 });
  expect(worth(9_999.99)).toEqual({ high: 0, medium: 1, low: 0 });
  expect(worth(999.99)).toEqual({ high: 0, medium: 0, low: 1 });
});

test('a warehouse runs low at its reorder point, a product only below', () => {
  const low = inventoryMetricsOf([{ product: 'A', warehouse: 'W', quantity: 5, reorder_point: 5 }]);
  expect(low.alerts).toHaveLength(1);
  expect(low.by_product).toMatchObject([{ needs_reorder: false }]);
});

test('without any data everything is zero, and nothing is divided by it', () => {
  expect(nothing).toMatchObject({ total_revenue: 0, revenue_per_customer: 0, inventory_turnover: 0 });
});

test('ratings begin where they say, and advice follows the numbers', () => {
  expect([80, 79, 60, 59, 40, 39].map(ratingOf)).toEqual([
    'Excellent',
    'Good',
    'Good',
    'Fair',
    'Fair',
    'Needs Improvement',
  ]);
  const advice = verdictOn({ ...nothing, revenue_per_customer: 499, reorder_alerts: 2 }).insights.map(
    (each) => each.advice,
  );
  expect(advice).toEqual(['Sell more to the customers there are.', 'Order again now.', 'Invest in better customers.']);
});
