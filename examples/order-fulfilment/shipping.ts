/** What a method of shipping costs, and how long it takes. */
export type ShippingMethod = 'standard' | 'express' | 'overnight';

export interface Carrier {
  readonly name: string;
  readonly baseCents: number;
  readonly businessDays: number;
}

const carriers: Readonly<Record<ShippingMethod, Carrier>> = {
  standard: { name: 'UPS Ground', baseCents: 899, businessDays: 5 },
  express: { name: 'FedEx Express', baseCents: 1_500, businessDays: 2 },
  overnight: { name: 'FedEx Overnight', baseCents: 2_500, businessDays: 1 },
};

export function carrierFor(method: unknown): Carrier {
  return carriers[isMethod(method) ? method : 'standard'];
}

/** Half a pound a piece; what is above one pound costs 2.50 the pound. */
export function shippingCents({ baseCents }: Carrier, pieces: number): number {
  const pounds = pieces / 2;
  return baseCents + Math.round(Math.max(0, pounds - 1) * 250);
}

/** Nothing arrives on a weekend. */
export function deliveryDate(from: Date, businessDays: number): string {
  const date = new Date(from);
  for (let days = businessDays; days > 0; ) {
    date.setUTCDate(date.getUTCDate() + 1);
    if (![saturday, sunday].includes(date.getUTCDay())) days -= 1;
  }
  return date.toISOString().slice(0, 10);
}

const sunday = 0;
const saturday = 6;

function isMethod(method: unknown): method is ShippingMethod {
  return typeof method === 'string' && Object.hasOwn(carriers, method);
}
