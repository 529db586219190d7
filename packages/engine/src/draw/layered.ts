/** A box of the graph, or a place in a row that a long line runs through. Positions are indices of the layout. */
export interface Cell {
  /** The step; undefined: a line runs through. */
  readonly step: number | undefined;
  readonly layer: number;
  /** Cells of the layer before and of the layer behind that are joined to this one. */
  readonly above: number[];
  readonly below: number[];
}

/** A dependency as the cells it runs through, from the parent to the child. */
export interface Line {
  readonly from: number;
  readonly to: number;
  readonly cells: readonly number[];
}

/** A graph in layers, in which every line leads from one layer to the next. */
export interface Layered {
  readonly cells: readonly Cell[];
  /** Cells by layer, in no order that means anything yet. */
  readonly layers: readonly (readonly number[])[];
  readonly lines: readonly Line[];
}

/** Lines that run through more rows than this in all are not kept clear of boxes any more: nobody could follow them. */
const maxThroughs = 30_000;

/**
 * Puts each step in the layer behind its deepest parent, and a cell into each layer that a dependency passes.
 *
 * @param children by step; parents stand before their children
 */
export function inLayers(children: readonly (readonly number[])[]): Layered {
  const depth = depths(children);
  const cells: Cell[] = children.map((_, step) => ({ step, layer: depth[step] ?? 0, above: [], below: [] }));
  const edges = children.flatMap((own, from) => own.map((to) => ({ from, to })));
  const spans = edges.map(({ from, to }) => (depth[to] ?? 0) - (depth[from] ?? 0));
  const clear = new Set(shortestFirst(spans, maxThroughs));
  const lines = edges.map(({ from, to }, edge): Line => {
    if (!clear.has(edge)) return { from, to, cells: [from, to] };
    const way = [from];
    for (let layer = (depth[from] ?? 0) + 1; layer < (depth[to] ?? 0); layer += 1) {
      way.push(cells.push({ step: undefined, layer, above: [], below: [] }) - 1);
    }
    way.push(to);
    for (const [index, cell] of way.entries()) {
      const next = way[index + 1];
      if (next === undefined) continue;
      cells[cell]?.below.push(next);
      cells[next]?.above.push(cell);
    }
    return { from, to, cells: way };
  });
  const layers: number[][] = [];
  for (const [cell, { layer }] of cells.entries()) {
    const row = layers[layer] ?? [];
    layers[layer] = row;
    row.push(cell);
  }
  return { cells, layers, lines };
}

function depths(children: readonly (readonly number[])[]): number[] {
  const depth = children.map(() => 0);
  for (const [step, own] of children.entries()) {
    for (const child of own) depth[child] = Math.max(depth[child] ?? 0, (depth[step] ?? 0) + 1);
  }
  return depth;
}

/** The edges, shortest first, that need no more cells in all than there may be. */
function shortestFirst(spans: readonly number[], most: number): number[] {
  let left = most;
  return [...spans.keys()]
    .toSorted((one, other) => (spans[one] ?? 0) - (spans[other] ?? 0) || one - other)
    .filter((edge) => {
      left -= Math.max(0, (spans[edge] ?? 0) - 1);
      return left >= 0;
    });
}
