import { it } from '@fast-check/vitest';
import { expect } from 'vitest';
import { arbitraryDrawnGraph } from '../../test/arbitraries/drawn-graph.ts';
import { type Box, layOut, type Point } from './lay-out.ts';

it.prop([arbitraryDrawnGraph(30)])('boxes do not overlap, and lines pass none but those they join', ({ steps }) => {
  const sizes = steps.map(({ name }) => ({ width: 60 + name.length * 3, height: 30 + (name.length % 3) * 10 }));
  const { boxes, routes, width, height } = layOut(
    steps.map(({ children }) => children),
    sizes,
  );
  for (const [index, box] of boxes.entries()) {
    const fits =
      box.x > -0.01 && box.y > -0.01 && box.x + box.width <= width + 0.01 && box.y + box.height <= height + 0.01;
    expect(fits).toBe(true);
    expect(boxes.slice(index + 1).filter((other) => overlap(box, other))).toEqual([]);
  }
  for (const { from, to, points } of routes) {
    const others = boxes.filter((_, step) => step !== from && step !== to);
    // Within a layer a line is straight; between layers, where it curves, there are no boxes.
    const between = points.map((point, index) => {
      const next = points[index + 1] ?? point;
      return { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    });
    const passed = others.filter((box) => [...points, ...between].some((point) => isInside(point, box)));
    expect({ from, to, passed }).toEqual({ from, to, passed: [] });
  }
});

it.prop([arbitraryDrawnGraph(20)])('children lie beyond their parents', ({ steps }) => {
  const { boxes, direction } = layOut(
    steps.map(({ children }) => children),
    steps.map(() => ({ width: 100, height: 40 })),
  );
  for (const [step, { children }] of steps.entries()) {
    for (const child of children) {
      const [above, below] = [boxes[step], boxes[child]];
      if (direction === 'down') expect(below?.y).toBeGreaterThan((above?.y ?? 0) + 40);
      else expect(below?.x).toBeGreaterThan((above?.x ?? 0) + 100);
    }
  }
});

it('lines that need not cross do not', () => {
  // Two chains side by side, whose second steps are declared in the other order.
  const { boxes } = layOut(
    [[3], [2], [4], [5], [], []],
    Array.from({ length: 6 }, () => ({ width: 100, height: 40 })),
  );
  const isLeft = (one: number, other: number) => (boxes[one]?.x ?? 0) < (boxes[other]?.x ?? 0);
  expect(isLeft(0, 1)).toBe(isLeft(3, 2));
  expect(isLeft(3, 2)).toBe(isLeft(5, 4));
});

it('a graph that is wider than deep is drawn from left to right', () => {
  const size = { width: 100, height: 40 };
  expect(layOut([[1, 2], [3], [3], []], [size, size, size, size]).direction).toBe('down');
  expect(layOut([[1, 2, 3], [], [], []], [size, size, size, size]).direction).toBe('right');
});

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

function isInside({ x, y }: Point, box: Box): boolean {
  return x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
}
