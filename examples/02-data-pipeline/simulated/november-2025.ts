import type { CustomerRecord, InventoryRecord, SalesRecord } from '../analytics/records.ts';

/** What the sources of the smaller pipeline hold. */
export const sales: readonly SalesRecord[] = [
  { order_id: 'ORD-001', date: '2025-11-01', product: 'A', quantity: 5, revenue: 499.95 },
  { order_id: 'ORD-002', date: '2025-11-05', product: 'B', quantity: 3, revenue: 299.97 },
  { order_id: 'ORD-003', date: '2025-11-10', product: 'A', quantity: 2, revenue: 199.98 },
  { order_id: 'ORD-004', date: '2025-11-15', product: 'C', quantity: 10, revenue: 1499.9 },
  { order_id: 'ORD-005', date: '2025-11-18', product: 'B', quantity: 7, revenue: 699.93 },
];

export const inventory: readonly InventoryRecord[] = [
  { product: 'A', warehouse: 'WH-01', quantity: 150, reorder_point: 50 },
  { product: 'B', warehouse: 'WH-01', quantity: 75, reorder_point: 25 },
  { product: 'C', warehouse: 'WH-02', quantity: 200, reorder_point: 100 },
  { product: 'A', warehouse: 'WH-02', quantity: 100, reorder_point: 50 },
  { product: 'B', warehouse: 'WH-03', quantity: 50, reorder_point: 25 },
];

export const customers: readonly CustomerRecord[] = [
  { name: 'Alice', tier: 'gold', lifetime_value: 5000 },
  { name: 'Bob', tier: 'silver', lifetime_value: 2500 },
  { name: 'Carol', tier: 'premium', lifetime_value: 15_000 },
  { name: 'David', tier: 'standard', lifetime_value: 500 },
  { name: 'Eve', tier: 'gold', lifetime_value: 7500 },
];
