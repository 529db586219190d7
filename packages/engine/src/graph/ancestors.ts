import type { Plan } from './plan.ts';

/**
 * The positions of everything upstream of a step, parents and theirs, ascending. Remembered per plan as
 * one row of bits per step (a thousand steps are 125 kB), which also answers {@link isAncestor}.
 */
export function ancestorsOf(plan: Plan, position: number): number[] {
  const { rows, width } = ancestorBits(plan);
  const found: number[] = [];
  for (let word = 0; word < width; word += 1) {
    let bits = rows[position * width + word] ?? 0;
    while (bits !== 0) {
      const lowest = bits & -bits;
      found.push(word * 32 + (31 - Math.clz32(lowest)));
      bits ^= lowest;
    }
  }
  return found;
}

/** Whether `ancestor` is upstream of `position`. A step is not upstream of itself. */
export function isAncestor(plan: Plan, ancestor: number, position: number): boolean {
  const { rows, width } = ancestorBits(plan);
  return ((rows[position * width + (ancestor >> 5)] ?? 0) & (1 << (ancestor & 31))) !== 0;
}

interface AncestorBits {
  /** `width` words for each position; bit `p` of a row says that position `p` is upstream. */
  readonly rows: Uint32Array;
  readonly width: number;
}

const remembered = new WeakMap<Plan, AncestorBits>();

function ancestorBits(plan: Plan): AncestorBits {
  const known = remembered.get(plan);
  if (known !== undefined) return known;
  const width = (plan.steps.length + 31) >> 5;
  const rows = new Uint32Array(width * plan.steps.length);
  for (const { position, parents } of plan.steps) {
    const own = position * width;
    for (const parent of parents) {
      for (let word = 0; word < width; word += 1) {
        rows[own + word] = (rows[own + word] ?? 0) | (rows[parent * width + word] ?? 0);
      }
      const word = own + (parent >> 5);
      rows[word] = (rows[word] ?? 0) | (1 << (parent & 31));
    }
  }
  const bits = { rows, width };
  remembered.set(plan, bits);
  return bits;
}
