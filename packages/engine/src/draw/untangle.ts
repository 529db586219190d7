import type { Cell, Layered } from './layered.ts';

/**
 * An order of the cells in each layer in which few lines cross: again and again each cell goes to the middle of those
 * it is joined to, seen from above and from below, and the best order met on the way is kept.
 */
export function untangle({ cells, layers }: Layered): number[][] {
  let order = layers.map((layer) => [...layer]);
  let best = order;
  let fewest = crossings(cells, order);
  for (let round = 0; round < rounds && fewest > 0; round += 1) {
    order = sweep(cells, order, round % 2 === 0);
    const count = crossings(cells, order);
    if (count >= fewest) continue;
    best = order;
    fewest = count;
  }
  return best;
}

/** More do not make it better by much. */
const rounds = 16;

function sweep(cells: readonly Cell[], order: readonly (readonly number[])[], downwards: boolean): number[][] {
  const place = placesIn(order);
  const swept = order.map((layer) => [...layer]);
  const layers = [...swept.keys()];
  for (const layer of downwards ? layers : layers.toReversed()) {
    const row = swept[layer] ?? [];
    const middles = new Map(
      row.map((cell) => {
        const joined = (downwards ? cells[cell]?.above : cells[cell]?.below) ?? [];
        return [cell, joined.length === 0 ? (place[cell] ?? 0) : mean(joined.map((each) => place[each] ?? 0))];
      }),
    );
    row.sort(
      (one, other) => (middles.get(one) ?? 0) - (middles.get(other) ?? 0) || (place[one] ?? 0) - (place[other] ?? 0),
    );
    for (const [index, cell] of row.entries()) place[cell] = index;
  }
  return swept;
}

function placesIn(order: readonly (readonly number[])[]): number[] {
  const place: number[] = [];
  for (const layer of order) for (const [index, cell] of layer.entries()) place[cell] = index;
  return place;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** How often lines cross. */
function crossings(cells: readonly Cell[], order: readonly (readonly number[])[]): number {
  const place = placesIn(order);
  let count = 0;
  for (const [layer, row] of order.entries()) {
    const ends = row.flatMap((cell) =>
      (cells[cell]?.below ?? []).map((each) => place[each] ?? 0).toSorted((one, other) => one - other),
    );
    count += inversions(ends, order[layer + 1]?.length ?? 0);
  }
  return count;
}

/** Pairs of which the larger number stands first. */
function inversions(numbers: readonly number[], limit: number): number {
  // A tree of counts, in which index i sums up the numbers below it: counting them one by one would take the square.
  const counts = new Uint32Array(limit + 1);
  let found = 0;
  for (const [seen, number] of numbers.entries()) {
    let notLarger = 0;
    for (let index = number + 1; index > 0; index -= index & -index) notLarger += counts[index] ?? 0;
    found += seen - notLarger;
    for (let index = number + 1; index <= limit; index += index & -index) counts[index] = (counts[index] ?? 0) + 1;
  }
  return found;
}
