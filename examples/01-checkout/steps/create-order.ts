import { PermanentError, RetryableError, type StepContext, StepHandler } from '@tasker/engine';
import { type Fields, fieldsOf, numberIn, textIn } from '../../shared/json-fields.ts';
import { fromCents, toCents } from '../../shared/money.ts';
import { callPort, type PortCallLimits } from '../../shared/port-call.ts';
import { required, shapeResult } from '../../shared/shape-result.ts';
import { deliveryDaysOf } from '../delivery-days.ts';
import type { CheckoutServices } from '../services/checkout-services.ts';
import { type CreateOrderResponse, DatabaseDown, type OrderBook } from '../services/orders.ts';

/** Writes the order into the books: from here on it is an order. */
export interface CreateOrderResult {
  readonly order_id: number;
  readonly order_number: string;
  readonly status: string;
  readonly total_amount: number;
  readonly customer_email: string;
  readonly created_at: string;
  /** For people: `November 27, 2026`. */
  readonly estimated_delivery: string;
}

/**
 * Permanent: MISSING_CUSTOMER_INFO, MISSING_CART_VALIDATION, MISSING_PAYMENT_RESULT, MISSING_INVENTORY_RESULT,
 * ORDER_VALIDATION_FAILED, ORDER_CONFLICT, RESULT_PROCESSING_FAILED. Retryable: DATABASE_UNAVAILABLE,
 * UNKNOWN_ORDER_STATUS.
 */
export class CreateOrderHandler extends StepHandler {
  static override readonly handlerName = 'ecommerce.create_order';
  readonly #services: CheckoutServices;

  constructor(services: CheckoutServices) {
    super();
    this.#services = services;
  }

  async call(context: StepContext) {
    const inputs = this.#extractAndValidateInputs(context);
    return this.success(await createOrder(inputs, this.#services, context), { operation: 'create_order' });
  }

  #extractAndValidateInputs(context: StepContext): OrderInputs {
    return readOrder({
      customer_info: context.getInput('customer_info'),
      priority: context.getInputOr('priority', 'standard'),
      validate_cart: context.getDependencyResult('validate_cart'),
      process_payment: context.getDependencyResult('process_payment'),
      update_inventory: context.getDependencyResult('update_inventory'),
    });
  }
}

export async function createOrder(
  inputs: OrderInputs,
  { orders, clock }: CheckoutServices,
  { taskUuid, signal }: Pick<StepContext, 'taskUuid' | 'signal'>,
): Promise<CreateOrderResult> {
  const response = await book(inputs, taskUuid, orders, { clock, timeoutMs: bookTimeoutMs, signal });
  ensureOrderBooked(response);
  return shapeResult(response, () => formatOrder(inputs, response));
}

const bookTimeoutMs = 10_000;
const workflowVersion = '1.0.0';

export interface OrderInputs {
  readonly customerEmail: string;
  readonly customerName: string;
  readonly totalCents: number;
  readonly paymentId: string;
  readonly inventoryLogId: string;
  readonly deliveryDays: number;
}

export interface OrderSources {
  readonly customer_info: unknown;
  readonly priority: unknown;
  readonly validate_cart: unknown;
  readonly process_payment: unknown;
  readonly update_inventory: unknown;
}

export function readOrder(sources: OrderSources): OrderInputs {
  const customer = present(sources.customer_info, 'customer', 'MISSING_CUSTOMER_INFO');
  const cart = present(sources.validate_cart, 'validated cart', 'MISSING_CART_VALIDATION');
  const payment = present(sources.process_payment, 'payment', 'MISSING_PAYMENT_RESULT');
  const inventory = present(sources.update_inventory, 'reservation', 'MISSING_INVENTORY_RESULT');
  const customerEmail = textIn(customer, 'email') ?? '';
  const customerName = textIn(customer, 'name') ?? '';
  const totalCents = toCents(numberIn(cart, 'total') ?? 0);
  const paymentId = textIn(payment, 'payment_id') ?? '';
  const inventoryLogId = textIn(inventory, 'inventory_log_id') ?? '';
  const faults = [
    ...(/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(customerEmail) ? [] : ['the customer has no valid e-mail address']),
    ...(customerName === '' ? ['the customer has no name'] : []),
    ...(totalCents > 0 ? [] : ['the total is not above zero']),
    ...(paymentId === '' ? ['the payment has no id'] : []),
    ...(inventoryLogId === '' ? ['the reservation has no log id'] : []),
  ];
  if (faults.length > 0) {
    throw new PermanentError(`The order cannot stand: ${faults.join(', ')}.`, { errorCode: 'ORDER_VALIDATION_FAILED' });
  }
  const deliveryDays = deliveryDaysOf(sources.priority);
  return { customerEmail, customerName, totalCents, paymentId, inventoryLogId, deliveryDays };
}

function present(value: unknown, what: string, errorCode: string): Fields {
  const fields = fieldsOf(value);
  if (fields === undefined) throw new PermanentError(`There is no ${what} to make an order of.`, { errorCode });
  return fields;
}

async function book(
  inputs: OrderInputs,
  orderKey: string,
  orders: OrderBook,
  limits: PortCallLimits,
): Promise<CreateOrderResponse> {
  const order = {
    order_key: orderKey,
    payment_id: inputs.paymentId,
    inventory_log_id: inputs.inventoryLogId,
    customer_email: inputs.customerEmail,
    customer_name: inputs.customerName,
    total_cents: inputs.totalCents,
    workflow_version: workflowVersion,
  };
  try {
    return await callPort((signal) => orders.create(order, signal), limits);
  } catch (cause) {
    if (!(cause instanceof DatabaseDown)) throw cause;
    throw new RetryableError('The order database cannot be reached.', { errorCode: 'DATABASE_UNAVAILABLE', cause });
  }
}

export function ensureOrderBooked({ status, order }: CreateOrderResponse): void {
  const context = { order_status: status, order_id: order?.order_id ?? null };
  switch (status) {
    case 'created':
    case 'already_exists':
      return;
    case 'conflict':
      throw new PermanentError('Another order was booked under this key.', { errorCode: 'ORDER_CONFLICT', context });
    default:
      throw new RetryableError('The books gave an answer that we do not know.', {
        errorCode: 'UNKNOWN_ORDER_STATUS',
        context,
      });
  }
}

function formatOrder({ totalCents, customerEmail, deliveryDays }: OrderInputs, response: CreateOrderResponse) {
  const order = required(response.order, 'order');
  return {
    order_id: order.order_id,
    order_number: order.order_number,
    status: order.status,
    total_amount: fromCents(totalCents),
    customer_email: customerEmail,
    created_at: order.created_at,
    estimated_delivery: deliveryDate(order.created_at, deliveryDays),
  };
}

function deliveryDate(orderedAt: string, days: number): string {
  const date = new Date(orderedAt);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toLocaleDateString('en-US', { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' });
}
