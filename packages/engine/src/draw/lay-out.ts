import { align } from './align.ts';
import { inLayers } from './layered.ts';
import { untangle } from './untangle.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Left upper corner and size. */
export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line of a dependency: it leaves its parent at the first point, passes the others, and meets its child at the last. */
export interface Route {
  readonly from: number;
  readonly to: number;
  readonly points: readonly Point[];
}

export interface Layout extends Size {
  /** By step; no two overlap. */
  readonly boxes: readonly Box[];
  readonly routes: readonly Route[];
  /** Where children lie, seen from their parents. */
  readonly direction: 'down' | 'right';
}

/**
 * Places steps in layers: parents above their children, or to the left of them where the graph is wider than deep,
 * since people scroll up and down.
 *
 * @param children by step; parents stand before their children
 */
export function layOut(children: readonly (readonly number[])[], sizes: readonly Size[]): Layout {
  const layered = inLayers(children);
  const widest = Math.max(0, ...layered.layers.map((layer) => layer.length));
  const direction = widest > layered.layers.length ? 'right' : 'down';
  // Along a layer, and across it, from one to the next.
  const along = ({ width, height }: Size) => (direction === 'down' ? width : height);
  const across = ({ width, height }: Size) => (direction === 'down' ? height : width);
  const sizeOf = (cell: number) => sizes[layered.cells[cell]?.step ?? -1];

  const order = untangle(layered);
  const middles = align(layered.cells, order, (cell) => optional(sizeOf(cell), along) ?? throughSize, gaps[direction]);
  const bands = bandsOf(
    order.map((layer) => Math.max(...layer.map((cell) => optional(sizeOf(cell), across) ?? 0))),
    order.map((layer) => layer.reduce((count, cell) => count + (layered.cells[cell]?.below.length ?? 0), 0)),
  );

  const toPoint = (alongLayer: number, acrossLayers: number): Point =>
    direction === 'down' ? { x: alongLayer, y: acrossLayers } : { x: acrossLayers, y: alongLayer };
  const boxes = sizes.map((size, step): Box => {
    const start = bands[layered.cells[step]?.layer ?? 0]?.start ?? 0;
    return { ...toPoint((middles[step] ?? 0) - along(size) / 2, start), ...size };
  });
  const routes = layered.lines.map(({ from, to, cells }): Route => {
    const points = cells.flatMap((cell, index) => {
      const band = bands[layered.cells[cell]?.layer ?? 0] ?? { start: 0, end: 0 };
      const middle = middles[cell] ?? 0;
      if (index === cells.length - 1) return [toPoint(middle, band.start)];
      if (index > 0) return [toPoint(middle, band.start), toPoint(middle, band.end)];
      const edge = band.start + (optional(sizeOf(cell), across) ?? 0);
      return edge === band.end ? [toPoint(middle, edge)] : [toPoint(middle, edge), toPoint(middle, band.end)];
    });
    return { from, to, points };
  });
  return { boxes, routes, direction, ...extentOf(boxes, routes) };
}

/** Between neighbours in a layer. */
const gaps = { down: 28, right: 16 } as const;
/** What a line that passes a layer takes of it. */
const throughSize = 4;

function optional(size: Size | undefined, part: (size: Size) => number): number | undefined {
  return size && part(size);
}

interface Band {
  readonly start: number;
  readonly end: number;
}

/** Layers one behind the other, with more room between those that many lines run between. */
function bandsOf(thicknesses: readonly number[], lines: readonly number[]): Band[] {
  let start = 0;
  return thicknesses.map((thickness, layer) => {
    const band = { start, end: start + thickness };
    start = band.end + 40 + Math.min(80, (lines[layer] ?? 0) * 2);
    return band;
  });
}

function extentOf(boxes: readonly Box[], routes: readonly Route[]): Size {
  let [width, height] = [0, 0];
  for (const box of boxes) {
    width = Math.max(width, box.x + box.width);
    height = Math.max(height, box.y + box.height);
  }
  for (const { points } of routes) {
    for (const { x, y } of points) [width, height] = [Math.max(width, x), Math.max(height, y)];
  }
  return { width, height };
}
