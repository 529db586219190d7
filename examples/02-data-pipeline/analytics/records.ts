import { fieldsOf, listOf, numberIn, textIn } from '../../shared/json-fields.ts';

/** Records as the sources have them. */
export interface SalesRecord {
  readonly order_id: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly product: string;
  readonly quantity: number;
  readonly revenue: number;
}

export interface InventoryRecord {
  readonly product: string;
  readonly warehouse: string;
  readonly quantity: number;
  readonly reorder_point: number;
}

export interface CustomerRecord {
  readonly name: string;
  readonly tier: string;
  readonly lifetime_value: number;
}

/** Records of an earlier step, or undefined when there are none to read. */
export function readSales(value: unknown): readonly SalesRecord[] | undefined {
  return listOf(value)?.map((row) => {
    const fields = fieldsOf(row);
    const [order_id = '', date = '', product = ''] = ['order_id', 'date', 'product'].map((key) => textIn(fields, key));
    const [quantity = 0, revenue = 0] = ['quantity', 'revenue'].map((key) => numberIn(fields, key));
    return { order_id, date, product, quantity, revenue };
  });
}

export function readInventory(value: unknown): readonly InventoryRecord[] | undefined {
  return listOf(value)?.map((row) => {
    const fields = fieldsOf(row);
    const [product = '', warehouse = ''] = ['product', 'warehouse'].map((key) => textIn(fields, key));
    const [quantity = 0, reorder_point = 0] = ['quantity', 'reorder_point'].map((key) => numberIn(fields, key));
    return { product, warehouse, quantity, reorder_point };
  });
}

export function readCustomers(value: unknown): readonly CustomerRecord[] | undefined {
  return listOf(value)?.map((row) => {
    const fields = fieldsOf(row);
    const [name = '', tier = 'standard'] = ['name', 'tier'].map((key) => textIn(fields, key));
    return { name, tier, lifetime_value: numberIn(fields, 'lifetime_value') ?? 0 };
  });
}
