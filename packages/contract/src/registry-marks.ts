/** How much is registered: nothing, up to 5, 20, 50, more. */
export const utilizations = ['empty', 'low', 'medium', 'high', 'very_high'] as const;
export type Utilization = (typeof utilizations)[number];

/** How evenly: there is nothing, all groups have as many, their variance is less than 2, or it is not. */
export const distributions = ['empty', 'uniform', 'even', 'varied'] as const;
export type Distribution = (typeof distributions)[number];
