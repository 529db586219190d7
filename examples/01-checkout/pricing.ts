import { perMille } from '../shared/money.ts';

/** What an order costs, in cents. */
export interface Totals {
  readonly subtotalCents: number;
  readonly taxCents: number;
  readonly shippingCents: number;
  readonly totalCents: number;
  /** Pieces, not lines. */
  readonly itemCount: number;
}

export interface PricedLine {
  readonly priceCents: number;
  readonly quantity: number;
}

const taxPerMille = 80;

export function totalsOf(lines: readonly PricedLine[]): Totals {
  const subtotalCents = sum(lines.map(({ priceCents, quantity }) => priceCents * quantity));
  const itemCount = sum(lines.map(({ quantity }) => quantity));
  const taxCents = perMille(subtotalCents, taxPerMille);
  const shippingCents = shippingFor(itemCount);
  return { subtotalCents, taxCents, shippingCents, totalCents: subtotalCents + taxCents + shippingCents, itemCount };
}

/** Half a pound a piece; up to 2 lb, up to 10 lb, and more. */
function shippingFor(itemCount: number): number {
  const pounds = itemCount / 2;
  if (pounds <= 2) return 599;
  return pounds <= 10 ? 999 : 1499;
}

/** What the gateway keeps: 2.9 % and 30 cents. */
export function gatewayFeeCents(amountCents: number): number {
  return perMille(amountCents, 29) + 30;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
