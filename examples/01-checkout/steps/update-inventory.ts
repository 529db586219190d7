import { PermanentError, RetryableError, type StepContext, StepHandler } from '@tasker/engine';
import { fieldsOf, integerIn, listOf, textIn } from '../../shared/json-fields.ts';
import { callPort, type PortCallLimits } from '../../shared/port-call.ts';
import { required, shapeResult } from '../../shared/shape-result.ts';
import type { CheckoutServices } from '../services/checkout-services.ts';
import { type Inventory, ReservationFailed, type ReserveResponse } from '../services/inventory.ts';

/** Reserves what was sold, for a quarter of an hour. */
export interface UpdateInventoryResult {
  readonly updated_products: readonly UpdatedProduct[];
  readonly total_items_reserved: number;
  readonly inventory_changes: readonly InventoryChange[];
  readonly inventory_log_id: string;
  readonly updated_at: string;
}

export interface UpdatedProduct {
  readonly product_id: number;
  readonly name: string;
  readonly previous_stock: number;
  readonly new_stock: number;
  readonly quantity_reserved: number;
  readonly reservation_id: string;
}

export interface InventoryChange {
  readonly product_id: number;
  readonly change_type: 'reservation';
  /** Negative: taken out. */
  readonly quantity: number;
  readonly reason: 'order_checkout';
  readonly timestamp: string;
  readonly reservation_id: string;
}

/**
 * Permanent: MISSING_VALIDATED_ITEMS, MISSING_CUSTOMER_INFO, PRODUCT_NOT_FOUND, RESULT_PROCESSING_FAILED.
 * Retryable after 30 s: STOCK_UNAVAILABLE, RESERVATION_FAILED, UNKNOWN_INVENTORY_STATUS.
 */
export class UpdateInventoryHandler extends StepHandler {
  static override readonly handlerName = 'ecommerce.update_inventory';
  readonly #services: CheckoutServices;

  constructor(services: CheckoutServices) {
    super();
    this.#services = services;
  }

  async call(context: StepContext) {
    const inputs = this.#extractAndValidateInputs(context);
    return this.success(await updateInventory(inputs, this.#services, context), { operation: 'update_inventory' });
  }

  #extractAndValidateInputs(context: StepContext): InventoryInputs {
    return readInventoryChange({
      validated_items: context.getDependencyField('validate_cart', 'validated_items'),
      customer_info: context.getInput('customer_info'),
    });
  }
}

export async function updateInventory(
  inputs: InventoryInputs,
  { inventory, clock }: CheckoutServices,
  { taskUuid, signal }: Pick<StepContext, 'taskUuid' | 'signal'>,
): Promise<UpdateInventoryResult> {
  const limits = { clock, timeoutMs: reserveTimeoutMs, signal };
  const response = await reserve(inputs, `order_${taskUuid}`, inventory, limits);
  ensureReservationSuccessful(response);
  return shapeResult(response, () => formatReservations(response));
}

const reserveTimeoutMs = 15_000;
const reservedForMs = 15 * 60_000;

export interface InventoryInputs {
  readonly items: readonly { readonly product_id: number; readonly quantity: number }[];
  readonly customerEmail: string;
}

export interface InventorySources {
  readonly validated_items: unknown;
  readonly customer_info: unknown;
}

export function readInventoryChange(sources: InventorySources): InventoryInputs {
  const items = (listOf(sources.validated_items) ?? []).map((item) => ({
    product_id: integerIn(fieldsOf(item), 'product_id'),
    quantity: integerIn(fieldsOf(item), 'quantity'),
  }));
  if (items.length === 0 || !items.every(isItem)) {
    throw new PermanentError('There are no validated items to reserve.', { errorCode: 'MISSING_VALIDATED_ITEMS' });
  }
  const customerEmail = textIn(fieldsOf(sources.customer_info), 'email');
  if (customerEmail === undefined) {
    throw new PermanentError('There is no customer to reserve for.', { errorCode: 'MISSING_CUSTOMER_INFO' });
  }
  return { items: mergeLines(items), customerEmail };
}

function isItem(item: { product_id: number | undefined; quantity: number | undefined }): item is Item {
  return item.product_id !== undefined && item.quantity !== undefined && item.quantity > 0;
}

type Item = InventoryInputs['items'][number];

/** One reservation per product, however many lines it stands in. */
function mergeLines(items: readonly Item[]): Item[] {
  const pieces = new Map<number, number>();
  for (const { product_id, quantity } of items) pieces.set(product_id, (pieces.get(product_id) ?? 0) + quantity);
  return [...pieces].map(([product_id, quantity]) => ({ product_id, quantity }));
}

async function reserve(
  { items, customerEmail }: InventoryInputs,
  reservationKey: string,
  inventory: Inventory,
  limits: PortCallLimits,
): Promise<ReserveResponse> {
  const request = {
    reservation_key: reservationKey,
    items,
    customer_email: customerEmail,
    expires_after_ms: reservedForMs,
  };
  try {
    return await callPort((signal) => inventory.reserve(request, signal), limits);
  } catch (cause) {
    if (!(cause instanceof ReservationFailed)) throw cause;
    throw new RetryableError('The warehouse could not reserve the items.', {
      errorCode: 'RESERVATION_FAILED',
      retryAfter: 30,
      cause,
    });
  }
}

export function ensureReservationSuccessful({ status, product_id }: ReserveResponse): void {
  const context = { inventory_status: status, product_id: product_id ?? null };
  switch (status) {
    case 'reserved':
      return;
    case 'product_not_found':
      throw new PermanentError('The warehouse does not know the product.', { errorCode: 'PRODUCT_NOT_FOUND', context });
    case 'insufficient_stock':
      throw new RetryableError('Somebody else was faster: there is not enough in stock.', {
        errorCode: 'STOCK_UNAVAILABLE',
        retryAfter: 30,
        context,
      });
    default:
      throw new RetryableError('The warehouse gave an answer that we do not know.', {
        errorCode: 'UNKNOWN_INVENTORY_STATUS',
        retryAfter: 30,
        context,
      });
  }
}

function formatReservations(response: ReserveResponse): UpdateInventoryResult {
  const reservations = required(response.reservations, 'reservations');
  const reservedAt = required(response.reserved_at, 'reserved_at');
  return {
    updated_products: reservations.map(({ product_id, name, previous_stock, new_stock, quantity, reservation_id }) => ({
      product_id,
      name,
      previous_stock,
      new_stock,
      quantity_reserved: quantity,
      reservation_id,
    })),
    total_items_reserved: reservations.reduce((total, { quantity }) => total + quantity, 0),
    inventory_changes: reservations.map(({ product_id, quantity, reservation_id }) => ({
      product_id,
      change_type: 'reservation',
      quantity: -quantity,
      reason: 'order_checkout',
      timestamp: reservedAt,
      reservation_id,
    })),
    inventory_log_id: required(response.log_id, 'log_id'),
    updated_at: reservedAt,
  };
}
