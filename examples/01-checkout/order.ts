import { type JsonObject, jsonSchema } from '@tasker/engine';

export const paymentMethods = ['credit_card', 'debit_card', 'paypal', 'bank_transfer'] as const;
export const orderPriorities = ['standard', 'express', 'overnight'] as const;
export const customerTiers = ['standard', 'premium', 'enterprise'] as const;

export type OrderPriority = (typeof orderPriorities)[number];
export type CustomerTier = (typeof customerTiers)[number];

/** What the shop's front end sends: the context of the task. */
export interface Order {
  readonly cart_items: readonly OrderLine[];
  readonly payment_info: {
    readonly method: (typeof paymentMethods)[number];
    /** What the customer was shown, in the currency's units with two decimals. */
    readonly amount: number;
    readonly currency?: 'USD' | 'EUR' | 'GBP';
    readonly token?: string;
    readonly card_last_four?: string;
  };
  readonly customer_info: {
    readonly email: string;
    readonly name: string;
    readonly id?: number;
    readonly phone?: string;
    readonly tier?: CustomerTier;
  };
  readonly shipping_info?: {
    readonly address?: string;
    readonly city?: string;
    readonly state?: string;
    readonly zip?: string;
  };
  readonly priority?: OrderPriority;
}

export interface OrderLine {
  readonly product_id: number;
  readonly quantity: number;
  /** What the front end showed; the catalogue's price counts. */
  readonly price?: number;
  readonly name?: string;
}

const text = { type: 'string' } as const;

/** The form of an order; whether it makes sense (a cart that is not empty, say) is for the handlers to judge. */
export const orderSchemaDocument = {
  type: 'object',
  required: ['cart_items', 'payment_info', 'customer_info'],
  properties: {
    cart_items: {
      type: 'array',
      items: {
        type: 'object',
        required: ['product_id', 'quantity'],
        properties: {
          product_id: { type: 'integer' },
          quantity: { type: 'integer', minimum: 1 },
          price: { type: 'number', minimum: 0 },
          name: text,
        },
      },
    },
    payment_info: {
      type: 'object',
      required: ['method', 'amount'],
      properties: {
        method: { type: 'string', enum: [...paymentMethods] },
        amount: { type: 'number', minimum: 0 },
        currency: { type: 'string', enum: ['USD', 'EUR', 'GBP'], default: 'USD' },
        token: text,
        card_last_four: { type: 'string', pattern: '^[0-9]{4}$' },
      },
    },
    customer_info: {
      type: 'object',
      required: ['email', 'name'],
      properties: {
        email: { type: 'string', format: 'email' },
        name: { type: 'string', minLength: 1 },
        id: { type: 'integer' },
        phone: text,
        tier: { type: 'string', enum: [...customerTiers], default: 'standard' },
      },
    },
    shipping_info: {
      type: 'object',
      properties: { address: text, city: text, state: text, zip: text },
    },
    priority: { type: 'string', enum: [...orderPriorities], default: 'standard' },
  },
} as const satisfies JsonObject;

export const orderSchema = jsonSchema<Order>(orderSchemaDocument);
