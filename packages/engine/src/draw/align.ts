import type { Cell } from './layered.ts';

/**
 * Where the middle of each cell lies along its layer: as near to the middle of those it is joined to as its neighbours
 * in the layer allow, none of which it touches.
 *
 * @param order cells by layer, in their order
 * @param size of each cell along the layer
 */
export function align(
  cells: readonly Cell[],
  order: readonly (readonly number[])[],
  size: (cell: number) => number,
  gap: number,
): number[] {
  const middles: number[] = [];
  for (const layer of order) settle(layer, (_, earliest) => earliest, middles, size, gap);
  for (let round = 0; round < rounds; round += 1) {
    const downwards = round % 2 === 0;
    for (const layer of downwards ? order : order.toReversed()) {
      settle(layer, (cell) => wishOf(cells[cell], downwards, middles) ?? middles[cell] ?? 0, middles, size, gap);
    }
  }
  const start = Math.min(...order.flatMap((layer) => startOf(layer[0], middles, size)));
  return middles.map((middle) => middle - start);
}

/** An even number would let parents stand in the middle of their children, and children not below their parents. */
const rounds = 9;

function wishOf(cell: Cell | undefined, downwards: boolean, middles: readonly number[]): number | undefined {
  const joined = (downwards ? cell?.above : cell?.below) ?? [];
  if (joined.length === 0) return undefined;
  return joined.reduce((sum, each) => sum + (middles[each] ?? 0), 0) / joined.length;
}

/** Cells that want to be where there is room for one only; together they lie where their wishes are met on average. */
interface Block {
  readonly count: number;
  readonly sum: number;
}

/** Gives each cell of a layer the place nearest to its wish, in the sense of least squares. */
function settle(
  layer: readonly number[],
  wish: (cell: number, earliest: number) => number,
  middles: number[],
  size: (cell: number) => number,
  gap: number,
): void {
  // Without the room that each needs behind the one before it, all that is left to ask for is that none goes back.
  const room: number[] = [];
  const blocks: Block[] = [];
  for (const [index, cell] of layer.entries()) {
    const before = layer[index - 1];
    const earliest = before === undefined ? 0 : (room[index - 1] ?? 0) + (size(before) + size(cell)) / 2 + gap;
    room[index] = earliest;
    let block: Block = { count: 1, sum: wish(cell, earliest) - earliest };
    for (let last = blocks.at(-1); last !== undefined && meanOf(last) > meanOf(block); last = blocks.at(-1)) {
      block = { count: last.count + block.count, sum: last.sum + block.sum };
      blocks.pop();
    }
    blocks.push(block);
  }
  let index = 0;
  for (const block of blocks) {
    for (let each = 0; each < block.count; each += 1) {
      const cell = layer[index];
      if (cell !== undefined) middles[cell] = (room[index] ?? 0) + meanOf(block);
      index += 1;
    }
  }
}

function meanOf({ sum, count }: Block): number {
  return sum / count;
}

function startOf(cell: number | undefined, middles: readonly number[], size: (cell: number) => number): number[] {
  return cell === undefined ? [] : [(middles[cell] ?? 0) - size(cell) / 2];
}
