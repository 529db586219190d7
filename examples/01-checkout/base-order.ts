import type { Order } from './order.ts';

/** Two of product 1 and one of product 2, for 124.76. */
export const baseOrder: Order = {
  cart_items: [
    { product_id: 1, quantity: 2 },
    { product_id: 2, quantity: 1 },
  ],
  payment_info: { method: 'credit_card', amount: 124.76, token: 'tok_visa_valid' },
  customer_info: { email: 'ada@example.com', name: 'Ada Lovelace' },
};

/** So many pieces of one product, for what the customer was shown. */
export function orderOf(productId: number, quantity: number, amount: number): Order {
  return {
    ...baseOrder,
    cart_items: [{ product_id: productId, quantity }],
    payment_info: { ...baseOrder.payment_info, amount },
  };
}

export function paidWith(token: string, order: Order = baseOrder): Order {
  return { ...order, payment_info: { ...order.payment_info, token } };
}

export function confirmedTo(email: string, order: Order = baseOrder): Order {
  return { ...order, customer_info: { ...order.customer_info, email } };
}
