import { fieldsOf, integerIn, listOf, numberIn, textIn } from '../../shared/json-fields.ts';

/** Rows as the sources have them. */
export interface Order {
  readonly id: number;
  readonly user_id: number;
  readonly product_id: number;
  readonly amount: number;
  /** YYYY-MM-DD. */
  readonly order_date: string;
  readonly status: string;
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly segment: string;
}

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly category: string;
  readonly price: number;
  readonly inventory: number;
}

/** Rows of an earlier step, or undefined when there are none to read; a row that is no order is left out. */
export function readOrders(value: unknown): readonly Order[] | undefined {
  return listOf(value)?.flatMap((row) => {
    const fields = fieldsOf(row);
    const [id, user_id, product_id] = ['id', 'user_id', 'product_id'].map((key) => integerIn(fields, key));
    const amount = numberIn(fields, 'amount');
    if (id === undefined || user_id === undefined || product_id === undefined || amount === undefined) return [];
    const [order_date = '', status = ''] = ['order_date', 'status'].map((key) => textIn(fields, key));
    return { id, user_id, product_id, amount, order_date, status };
  });
}

export function readUsers(value: unknown): readonly User[] | undefined {
  return listOf(value)?.flatMap((row) => {
    const fields = fieldsOf(row);
    const id = integerIn(fields, 'id');
    const [name = '', email = '', segment = 'unknown'] = ['name', 'email', 'segment'].map((key) => textIn(fields, key));
    return id === undefined ? [] : { id, name, email, segment };
  });
}

export function readProducts(value: unknown): readonly Product[] | undefined {
  return listOf(value)?.flatMap((row) => {
    const fields = fieldsOf(row);
    const id = integerIn(fields, 'id');
    const [name = '', category = 'unknown'] = ['name', 'category'].map((key) => textIn(fields, key));
    const [price = 0, inventory = 0] = ['price', 'inventory'].map((key) => numberIn(fields, key));
    return id === undefined ? [] : { id, name, category, price, inventory };
  });
}
