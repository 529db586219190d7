import type { BusinessMetrics } from './aggregate.ts';

export interface Verdict {
  readonly insights: readonly { readonly topic: string; readonly finding: string; readonly advice: string }[];
  readonly health_score: { readonly score: number; readonly rating: string };
}

/** What the numbers mean for the business. */
export function verdictOn(metrics: BusinessMetrics): Verdict {
  const { revenue_per_customer, reorder_alerts, average_lifetime_value } = metrics;
  const score =
    (revenue_per_customer > 500 ? 40 : 0) + (reorder_alerts === 0 ? 30 : 0) + (average_lifetime_value > 3_000 ? 30 : 0);
  return {
    insights: [
      {
        topic: 'revenue',
        finding: `A customer brings ${revenue_per_customer}.`,
        advice: revenue_per_customer < 500 ? 'Sell more to the customers there are.' : 'Keep the offer as it is.',
      },
      {
        topic: 'inventory',
        finding: `${reorder_alerts} warehouses run low.`,
        advice: reorder_alerts > 0 ? 'Order again now.' : 'Nothing needs to be ordered.',
      },
      {
        topic: 'customers',
        finding: `A customer is worth ${average_lifetime_value} over time.`,
        advice: average_lifetime_value > 3_000 ? 'Invest in keeping customers.' : 'Invest in better customers.',
      },
    ],
    health_score: { score, rating: ratingOf(score) },
  };
}

export function ratingOf(score: number): string {
  if (score >= 80) return 'Excellent';
  if (score >= 60) return 'Good';
  return score >= 40 ? 'Fair' : 'Needs Improvement';
}
