import { fieldsOf, integerIn, listOf, numberIn, textIn } from '../../shared/json-fields.ts';
import { fromCents, toCents } from '../../shared/money.ts';
import type { Order, Product } from './rows.ts';

export interface ProductMetrics {
  readonly product_id: number;
  readonly name: string;
  readonly category: string;
  readonly total_orders: number;
  readonly completed_orders: number;
  /** Of completed orders. */
  readonly total_revenue: number;
  /** Completed of all orders, per cent. */
  readonly conversion_rate: number;
}

/** How each product that was ordered sold, by id. */
export function productMetricsOf(orders: readonly Order[], products: readonly Product[]): ProductMetrics[] {
  const ordered = products.filter(({ id }) => orders.some((order) => order.product_id === id));
  return ordered
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, name, category }) => {
      const own = orders.filter((order) => order.product_id === id);
      const completed = own.filter(({ status }) => status === 'completed');
      return {
        product_id: id,
        name,
        category,
        total_orders: own.length,
        completed_orders: completed.length,
        total_revenue: fromCents(completed.reduce((sum, { amount }) => sum + toCents(amount), 0)),
        conversion_rate: own.length === 0 ? 0 : (completed.length / own.length) * 100,
      };
    });
}

export function readProductMetrics(value: unknown): readonly ProductMetrics[] | undefined {
  return listOf(value)?.flatMap((row) => {
    const fields = fieldsOf(row);
    const id = integerIn(fields, 'product_id');
    if (id === undefined) return [];
    const [name = '', category = 'unknown'] = ['name', 'category'].map((key) => textIn(fields, key));
    const [orders = 0, completed = 0] = ['total_orders', 'completed_orders'].map((key) => integerIn(fields, key));
    const [revenue = 0, conversion = 0] = ['total_revenue', 'conversion_rate'].map((key) => numberIn(fields, key));
    return {
      product_id: id,
      name,
      category,
      total_orders: orders,
      completed_orders: completed,
      total_revenue: revenue,
      conversion_rate: conversion,
    };
  });
}
