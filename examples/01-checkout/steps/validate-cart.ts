import { PermanentError, RetryableError, type StepContext, StepHandler } from '@tasker/engine';
import { fieldsOf, integerIn, listOf } from '../../shared/json-fields.ts';
import { fromCents } from '../../shared/money.ts';
import { callPort, type PortCallLimits } from '../../shared/port-call.ts';
import { totalsOf } from '../pricing.ts';
import type { Catalogue, Product } from '../services/catalogue.ts';
import type { CheckoutServices } from '../services/checkout-services.ts';

/** Prices the cart by the catalogue. What the front end says about prices does not count. */
export interface ValidateCartResult {
  readonly validated_items: readonly ValidatedItem[];
  readonly subtotal: number;
  readonly tax: number;
  readonly shipping: number;
  readonly total: number;
  /** Pieces, not lines. */
  readonly item_count: number;
  readonly validated_at: string;
}

export interface ValidatedItem {
  readonly product_id: number;
  readonly name: string;
  readonly price: number;
  readonly quantity: number;
  readonly line_total: number;
}

/**
 * Permanent: MISSING_CART_ITEMS, MISSING_PRODUCT_ID, INVALID_QUANTITY, PRODUCT_NOT_FOUND, PRODUCT_INACTIVE.
 * Retryable: INSUFFICIENT_STOCK after 30 s.
 */
export class ValidateCartHandler extends StepHandler {
  static override readonly handlerName = 'ecommerce.validate_cart';
  readonly #services: CheckoutServices;

  constructor(services: CheckoutServices) {
    super();
    this.#services = services;
  }

  async call(context: StepContext) {
    const inputs = this.#extractAndValidateInputs(context);
    return this.success(await validateCart(inputs, this.#services, context.signal), { operation: 'validate_cart' });
  }

  #extractAndValidateInputs(context: StepContext): CartInputs {
    return readCart(context.getInput('cart_items'));
  }
}

/** The step without what calls it: the same in every form. */
export async function validateCart(
  inputs: CartInputs,
  { catalogue, clock }: CheckoutServices,
  signal: AbortSignal,
): Promise<ValidateCartResult> {
  const products = await lookUpProducts(inputs, catalogue, { clock, timeoutMs: lookUpTimeoutMs, signal });
  const lines = ensureEverythingIsForSale(inputs, products);
  return formatCart(lines, new Date(clock.now()));
}

const lookUpTimeoutMs = 10_000;

export interface CartInputs {
  readonly lines: readonly { readonly productId: number; readonly quantity: number }[];
}

export function readCart(cartItems: unknown): CartInputs {
  const items = listOf(cartItems) ?? [];
  if (items.length === 0) throw new PermanentError('The cart is empty.', { errorCode: 'MISSING_CART_ITEMS' });
  return { lines: items.map(readLine) };
}

function readLine(item: unknown, index: number): CartInputs['lines'][number] {
  const fields = fieldsOf(item);
  const productId = integerIn(fields, 'product_id');
  const quantity = integerIn(fields, 'quantity');
  if (productId === undefined) {
    throw new PermanentError(`Line ${index + 1} of the cart names no product.`, { errorCode: 'MISSING_PRODUCT_ID' });
  }
  if (quantity === undefined || quantity < 1) {
    throw new PermanentError(`Line ${index + 1} of the cart needs a quantity of at least 1.`, {
      errorCode: 'INVALID_QUANTITY',
      context: { product_id: productId },
    });
  }
  return { productId, quantity };
}

function lookUpProducts(inputs: CartInputs, catalogue: Catalogue, limits: PortCallLimits): Promise<readonly Product[]> {
  const ids = [...new Set(inputs.lines.map(({ productId }) => productId))];
  return callPort((signal) => catalogue.findProducts(ids, signal), limits);
}

interface CartLine {
  readonly product: Product;
  readonly quantity: number;
}

function ensureEverythingIsForSale({ lines }: CartInputs, products: readonly Product[]): CartLine[] {
  const byId = new Map(products.map((product) => [product.id, product]));
  const wanted = new Map<number, number>();
  return lines.map(({ productId, quantity }) => {
    const product = byId.get(productId);
    // The same product may stand in several lines.
    const pieces = (wanted.get(productId) ?? 0) + quantity;
    wanted.set(productId, pieces);
    return { product: ensureForSale(product, productId, pieces), quantity };
  });
}

function ensureForSale(product: Product | undefined, productId: number, pieces: number): Product {
  const context = { product_id: productId };
  if (product === undefined) {
    throw new PermanentError(`There is no product ${productId}.`, { errorCode: 'PRODUCT_NOT_FOUND', context });
  }
  if (!product.active) {
    throw new PermanentError(`${product.name} is no longer sold.`, { errorCode: 'PRODUCT_INACTIVE', context });
  }
  if (product.stock < pieces) {
    throw new RetryableError(`There are ${product.stock} of ${product.name}, and ${pieces} are wanted.`, {
      errorCode: 'INSUFFICIENT_STOCK',
      retryAfter: 30,
      context: { ...context, in_stock: product.stock, wanted: pieces },
    });
  }
  return product;
}

function formatCart(lines: readonly CartLine[], now: Date): ValidateCartResult {
  const totals = totalsOf(lines.map(({ product, quantity }) => ({ priceCents: product.priceCents, quantity })));
  return {
    validated_items: lines.map(({ product, quantity }) => ({
      product_id: product.id,
      name: product.name,
      price: fromCents(product.priceCents),
      quantity,
      line_total: fromCents(product.priceCents * quantity),
    })),
    subtotal: fromCents(totals.subtotalCents),
    tax: fromCents(totals.taxCents),
    shipping: fromCents(totals.shippingCents),
    total: fromCents(totals.totalCents),
    item_count: totals.itemCount,
    validated_at: now.toISOString(),
  };
}
