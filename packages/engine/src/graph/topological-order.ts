/**
 * An order in which every parent stands before its children: among the steps whose parents are all
 * placed, always the one declared first. So a list that is in order already keeps its order, and the
 * result depends on nothing but the declaration.
 *
 * @param parents for each step the indices of its parents; the graph must be free of cycles
 * @returns indices into `parents`
 */
export function topologicalOrder(parents: readonly (readonly number[])[]): number[] {
  const children: number[][] = parents.map(() => []);
  const missing = new Uint32Array(parents.length);
  for (const [step, own] of parents.entries()) {
    missing[step] = own.length;
    for (const parent of own) children[parent]?.push(step);
  }
  const ready = new SmallestFirst();
  for (const [step, count] of missing.entries()) if (count === 0) ready.push(step);
  const order: number[] = [];
  for (let step = ready.pop(); step !== undefined; step = ready.pop()) {
    order.push(step);
    for (const child of children[step] ?? []) {
      const left = (missing[child] ?? 0) - 1;
      missing[child] = left;
      if (left === 0) ready.push(child);
    }
  }
  return order;
}

/** A binary heap of numbers: a wide graph may have every step ready at once. */
class SmallestFirst {
  readonly #items: number[] = [];

  push(value: number): void {
    const items = this.#items;
    let hole = items.length;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = items[above] ?? value;
      if (parent <= value) break;
      items[hole] = parent;
      hole = above;
    }
    items[hole] = value;
  }

  pop(): number | undefined {
    const items = this.#items;
    const smallest = items[0];
    const last = items.pop();
    if (smallest === undefined || last === undefined || items.length === 0) return smallest;
    let hole = 0;
    for (;;) {
      const left = 2 * hole + 1;
      const right = left + 1;
      if (left >= items.length) break;
      const leftItem = items[left] ?? last;
      const rightItem = items[right] ?? Number.POSITIVE_INFINITY;
      const below = Math.min(leftItem, rightItem);
      if (below >= last) break;
      items[hole] = below;
      hole = below === leftItem ? left : right;
    }
    items[hole] = last;
    return smallest;
  }
}
