import type { OrderPriority } from './order.ts';

/** What the priority of an order changes. */
export interface OrderLimits {
  readonly paymentTimeoutMs: number;
  readonly paymentAttempts: number;
  readonly emailAttempts: number;
  readonly deliveryDays: number;
}

const standard: OrderLimits = {
  // a little less than the step may take, so that the attempt ends in words of ours
  paymentTimeoutMs: 25_000,
  paymentAttempts: Number.POSITIVE_INFINITY,
  emailAttempts: Number.POSITIVE_INFINITY,
  deliveryDays: 7,
};

/** Express customers are told within seconds whether their order stands, so it is not tried for long. */
const limits: Readonly<Record<OrderPriority, OrderLimits>> = {
  standard,
  express: { paymentTimeoutMs: 15_000, paymentAttempts: 1, emailAttempts: 2, deliveryDays: 2 },
  overnight: { ...standard, deliveryDays: 1 },
};

export function limitsOf(priority: unknown): OrderLimits {
  return isPriority(priority) ? limits[priority] : standard;
}

function isPriority(value: unknown): value is OrderPriority {
  return typeof value === 'string' && Object.hasOwn(limits, value);
}
