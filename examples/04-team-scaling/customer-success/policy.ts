/** What a customer may be given back without the rules being bent. */
export type CustomerTier = 'standard' | 'gold' | 'premium';

export interface RefundPolicy {
  /** Days after the purchase, the last one included. */
  readonly windowDays: number;
  readonly needsApproval: boolean;
  /** Cents. */
  readonly maxAmount: number;
}

export const policies: Readonly<Record<CustomerTier, RefundPolicy>> = {
  standard: { windowDays: 30, needsApproval: true, maxAmount: 10_000 },
  gold: { windowDays: 60, needsApproval: false, maxAmount: 50_000 },
  premium: { windowDays: 90, needsApproval: false, maxAmount: 100_000 },
};

/** The tier is part of the customer's id. */
export function tierOf(customerId: string): CustomerTier {
  const id = customerId.toLowerCase();
  if (id.includes('premium') || id.includes('vip')) return 'premium';
  return id.includes('gold') ? 'gold' : 'standard';
}

export function isTier(value: unknown): value is CustomerTier {
  return typeof value === 'string' && Object.hasOwn(policies, value);
}

export function daysBetween(from: string, nowMs: number): number {
  return Math.floor((nowMs - Date.parse(from)) / 86_400_000);
}
