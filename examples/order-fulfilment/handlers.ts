import { defineHandler, type HandlerInstance, PermanentError, RetryableError, type StepContext } from '@tasker/engine';
import { handlersByName } from '../shared/handlers-by-name.ts';
import { fieldsOf, integerIn, listOf, numberIn, textIn } from '../shared/json-fields.ts';
import { fromCents, perMille, toCents } from '../shared/money.ts';
import type { FulfilmentServices } from './services.ts';
import { carrierFor, deliveryDate, shippingCents } from './shipping.ts';

/**
 * The four steps in functional form. Later ones read several of those before, not only the last.
 *
 * Permanent codes stand where they are thrown; retryable are INSUFFICIENT_STOCK and PAYMENT_RATE_LIMITED after 60 s and
 * PAYMENT_UNAVAILABLE after 30 s.
 */
export function fulfilmentHandlers(services: FulfilmentServices): Record<string, HandlerInstance> {
  return handlersByName(
    [
      defineHandler(
        'order_fulfillment.validate_order',
        { inputs: { customer: 'customer', items: 'items' } },
        ({ customer, items }) => validateOrder(customer, items, services),
      ),
      defineHandler(
        'order_fulfillment.reserve_inventory',
        { depends: { order: 'validate_order' } },
        ({ order, context }) => reserveInventory(order, services, context),
      ),
      defineHandler(
        'order_fulfillment.process_payment',
        { depends: { order: 'validate_order' }, inputs: { payment: 'payment' } },
        ({ order, payment, context }) => processPayment(order, payment, services, context),
      ),
      defineHandler(
        'order_fulfillment.ship_order',
        {
          depends: { order: 'validate_order', reserved: 'reserve_inventory', paid: 'process_payment' },
          inputs: { shipping: 'shipping' },
        },
        ({ order, reserved, paid, shipping, context }) => {
          dependency(textIn(fieldsOf(paid), 'payment_id'), 'payment');
          dependency(listOf(fieldsOf(reserved)?.['reservations']), 'reservation');
          return shipOrder(order, shipping, services, context);
        },
      ),
    ].map((Handler) => new Handler()),
  );
}

interface OrderItem {
  readonly sku: string;
  readonly quantity: number;
  readonly price: number;
}

function validateOrder(customer: unknown, items: unknown, { warehouse, clock }: FulfilmentServices) {
  const who = fieldsOf(customer);
  if (who === undefined || Object.keys(who).length === 0) throw invalid('MISSING_CUSTOMER_INFO', '`customer`');
  if (who['id'] === undefined) throw invalid('MISSING_CUSTOMER_ID', '`customer.id`');
  if (textIn(who, 'email') === undefined) throw invalid('MISSING_CUSTOMER_EMAIL', '`customer.email`');
  const list = listOf(items);
  if (list === undefined) throw invalid('MISSING_ORDER_ITEMS', '`items`');
  if (list.length === 0) throw invalid('EMPTY_ORDER_ITEMS', 'something in `items`');
  const validated = list.map((item, index) => readItem(item, index, warehouse));
  const totalCents = validated.reduce((sum, { price, quantity }) => sum + toCents(price) * quantity, 0);
  if (totalCents > largestOrderCents) {
    throw new PermanentError('An order may cost 50,000 at most.', {
      errorCode: 'ORDER_TOTAL_TOO_HIGH',
      context: { total: fromCents(totalCents) },
    });
  }
  return {
    customer_validated: true,
    validated_items: validated,
    order_total: fromCents(totalCents),
    item_count: validated.reduce((sum, { quantity }) => sum + quantity, 0),
    validated_at: new Date(clock.now()).toISOString(),
  };
}

const largestOrderCents = 5_000_000;

function readItem(item: unknown, index: number, warehouse: FulfilmentServices['warehouse']): OrderItem {
  const fields = fieldsOf(item);
  const sku = textIn(fields, 'sku');
  if (sku === undefined) throw invalid('INVALID_ORDER_ITEM', `\`items[${index}].sku\``);
  const quantity = integerIn(fields, 'quantity') ?? 0;
  if (quantity < 1) throw invalid('INVALID_QUANTITY', `\`items[${index}].quantity\` of at least 1`);
  const price = numberIn(fields, 'price') ?? -1;
  if (price < 0) throw invalid('INVALID_PRICE', `\`items[${index}].price\` of at least 0`);
  if (!warehouse.knows(sku)) {
    throw new PermanentError(`There is no ${sku}.`, { errorCode: 'PRODUCT_NOT_FOUND', context: { sku } });
  }
  return { sku, quantity, price };
}

function reserveInventory(order: unknown, { warehouse }: FulfilmentServices, { taskUuid }: StepContext) {
  const held = warehouse.reserve(`order_${taskUuid}`, itemsOf(order));
  if (held === undefined) {
    throw new RetryableError('There is not enough in stock.', { errorCode: 'INSUFFICIENT_STOCK', retryAfter: 60 });
  }
  return { reservations: held.reservations, expires_at: new Date(held.until).toISOString() };
}

async function processPayment(order: unknown, payment: unknown, services: FulfilmentServices, context: StepContext) {
  const token = textIn(fieldsOf(payment), 'token');
  if (token === undefined) throw invalid('MISSING_PAYMENT_INFO', '`payment.token`');
  const cents = toCents(dependency(numberIn(fieldsOf(order), 'order_total'), 'validated order'));
  const { status, payment_id } = await services.charge({ key: context.idempotencyKey, token, cents }, context.signal);
  switch (status) {
    case 'completed':
      return { payment_id, amount_charged: fromCents(cents), fees: fromCents(perMille(cents, 29)), status };
    case 'declined':
      throw new PermanentError('The payment was declined.', { errorCode: 'PAYMENT_DECLINED' });
    case 'auth_failed':
      throw new PermanentError('The gateway does not know us.', { errorCode: 'PAYMENT_AUTH_FAILED' });
    case 'rate_limited':
      throw new RetryableError('The gateway is busy.', { errorCode: 'PAYMENT_RATE_LIMITED', retryAfter: 60 });
    default:
      throw new RetryableError('The gateway is out of service.', { errorCode: 'PAYMENT_UNAVAILABLE', retryAfter: 30 });
  }
}

function shipOrder(order: unknown, shipping: unknown, services: FulfilmentServices, { taskUuid }: StepContext) {
  const fields = fieldsOf(shipping);
  if (fields === undefined || textIn(fields, 'method') === undefined) {
    throw invalid('MISSING_SHIPPING_INFO', '`shipping.method`');
  }
  if (textIn(fields, 'address') === undefined) throw invalid('MISSING_ADDRESS', '`shipping.address`');
  const carrier = carrierFor(fields['method']);
  const pieces = itemsOf(order).reduce((sum, { quantity }) => sum + quantity, 0);
  services.warehouse.ship(`order_${taskUuid}`);
  return {
    shipment_id: `ship_${services.ids.hex(12)}`,
    tracking_number: `1Z${services.ids.hex(16).toUpperCase()}`,
    carrier: carrier.name,
    shipping_cost: fromCents(shippingCents(carrier, pieces)),
    estimated_delivery: deliveryDate(new Date(services.clock.now()), carrier.businessDays),
  };
}

function itemsOf(order: unknown): OrderItem[] {
  return dependency(listOf(fieldsOf(order)?.['validated_items']), 'validated order').map((item) => {
    const fields = fieldsOf(item);
    return {
      sku: dependency(textIn(fields, 'sku'), 'validated order'),
      quantity: dependency(integerIn(fields, 'quantity'), 'validated order'),
      price: dependency(numberIn(fields, 'price'), 'validated order'),
    };
  });
}

function invalid(errorCode: string, field: string): PermanentError {
  return new PermanentError(`The order needs ${field}.`, { errorCode });
}

function dependency<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw new PermanentError(`There is no ${what}.`, { errorCode: 'DEPENDENCY_ERROR' });
}
