import type { Distribution, Utilization } from '@tasker/contract';

/** What is registered, counted. */
export interface RegistryCounts {
  readonly items: number;
  /** Items by what they are sorted under: templates by namespace, subscriptions by event, exporters by format. */
  readonly byGroup: Readonly<Record<string, number>>;
}

export interface RegistryMarks {
  readonly utilization: Utilization;
  readonly distribution: Distribution;
  /** 0 to 1, two decimals: a registry that is used and evenly filled has the most. */
  readonly efficiency: number;
  /** What to look at; none when nothing stands out. */
  readonly recommendations: readonly string[];
}

/**
 * Marks of a registry, as figures that can be watched.
 *
 * @param words what items and groups are called in recommendations, for example `templates` and `namespace`
 */
export function assessRegistry(
  { items, byGroup }: RegistryCounts,
  words: { readonly items: string; readonly group: string },
): RegistryMarks {
  const utilization = utilizationOf(items);
  const distribution = distributionOf(Object.values(byGroup));
  return {
    utilization,
    distribution,
    efficiency: efficiencyOf(utilization, distribution),
    recommendations: [
      ...(utilization === 'empty' ? [`No ${words.items} are registered.`] : []),
      ...(utilization === 'very_high'
        ? [`There are ${items} ${words.items}: see that each of them is still needed.`]
        : []),
      ...(distribution === 'varied' ? [unevenness(byGroup, words)] : []),
    ],
  };
}

function utilizationOf(items: number): Utilization {
  if (items === 0) return 'empty';
  if (items <= 5) return 'low';
  if (items <= 20) return 'medium';
  return items <= 50 ? 'high' : 'very_high';
}

function distributionOf(counts: readonly number[]): Distribution {
  const [first] = counts;
  if (first === undefined) return 'empty';
  if (counts.every((count) => count === first)) return 'uniform';
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  return variance < 2 ? 'even' : 'varied';
}

const ofUtilization = { empty: -0.3, low: 0, medium: 0.2, high: 0.3, very_high: 0.1 } as const;
const ofDistribution = { empty: 0, uniform: 0.2, even: 0.2, varied: -0.1 } as const;

function efficiencyOf(utilization: Utilization, distribution: Distribution): number {
  const mark = 0.5 + ofUtilization[utilization] + ofDistribution[distribution];
  return Math.round(Math.min(1, Math.max(0, mark)) * 100) / 100;
}

function unevenness(byGroup: RegistryCounts['byGroup'], { items, group }: { items: string; group: string }): string {
  const [name, count] = Object.entries(byGroup).reduce((one, other) => (other[1] > one[1] ? other : one));
  return `${items} are spread unevenly: ${group} ${name} alone has ${count}.`;
}
