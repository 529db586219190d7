/** A step as its neighbours are drawn. Steps stand in an order in which parents come before their children. */
export interface RailStep {
  /** Their positions. */
  readonly children: readonly number[];
}

/** One line of the drawing: a step's, or one of the lines between steps alone. */
export interface RailLine {
  /** Undefined: no step's. */
  readonly step: number | undefined;
  /** What stands before the step's mark, and behind it. */
  readonly before: string;
  readonly after: string;
}

/** More lines side by side, or more steps one below the other, say nothing any more. */
export const railsLimit = { columns: 12, steps: 40 };

/**
 * Draws a graph in lines that run from each step to those that depend on it:
 *
 * ```
 * ●
 * ├─╮
 * ● │
 * │ ●
 * ├─╯
 * ●
 * │
 * ●
 * ```
 *
 * Steps that stand one below the other without a line between them have nothing to do with each other. Undefined when
 * it would be larger than {@link railsLimit}.
 */
export function drawRails(steps: readonly RailStep[]): RailLine[] | undefined {
  if (steps.length > railsLimit.steps) return undefined;
  /** For each column the step that the line in it leads to. */
  const columns: (number | undefined)[] = [];
  const lines: RailLine[] = [];
  /** Of the step in the line before, if there is one in it. */
  let above: number | undefined;
  for (const [position, { children }] of steps.entries()) {
    const arriving = indicesOf(columns, position);
    const column = arriving[0] ?? freeColumn(columns, 0);
    columns[column] = position;
    const joining = arriving.slice(1);
    if (joining.length > 0) lines.push(bridge(columns, column, joining, { middle: '┴', last: '╯' }));
    else if (arriving.length > 0 && above === column) lines.push(plainLine(columns));
    for (const joined of joining) columns[joined] = undefined;

    lines.push(stepLine(columns, column, position));

    above = column;
    columns[column] = children[0];
    const parting: number[] = [];
    for (const child of children.slice(1)) {
      const free = freeColumn(columns, column + 1);
      columns[free] = child;
      parting.push(free);
    }
    if (parting.length > 0) {
      above = undefined;
      lines.push(
        bridge(
          columns,
          column,
          parting.toSorted((a, b) => a - b),
          { middle: '┬', last: '╮' },
        ),
      );
    }
    if (columns.length > railsLimit.columns) return undefined;
  }
  return lines;
}

function indicesOf(columns: readonly (number | undefined)[], position: number): number[] {
  return [...columns.entries()].flatMap(([column, leadsTo]) => (leadsTo === position ? [column] : []));
}

function freeColumn(columns: readonly (number | undefined)[], from: number): number {
  const free = columns.findIndex((leadsTo, column) => column >= from && leadsTo === undefined);
  return free === -1 ? Math.max(columns.length, from) : free;
}

function stepLine(columns: readonly (number | undefined)[], column: number, step: number): RailLine {
  const before = columns.slice(0, column).map((leadsTo) => `${cell(leadsTo)} `);
  const after = columns.slice(column + 1).map((leadsTo) => ` ${cell(leadsTo)}`);
  return { step, before: before.join(''), after: after.join('').trimEnd() };
}

function plainLine(columns: readonly (number | undefined)[]): RailLine {
  return { step: undefined, before: columns.map(cell).join(' ').trimEnd(), after: '' };
}

function cell(leadsTo: number | undefined): string {
  return leadsTo === undefined ? ' ' : '│';
}

/** A line across, from `column` to each of `ends`, which lie to the right of it. */
function bridge(
  columns: readonly (number | undefined)[],
  column: number,
  ends: readonly number[],
  corners: { readonly middle: string; readonly last: string },
): RailLine {
  const last = ends.at(-1) ?? column;
  const cells = columns.map((leadsTo, index) => {
    const isWithin = index > column && index < last;
    const joint = isWithin ? '─' : ' ';
    if (index === column) return '├─';
    if (index === last) return `${corners.last} `;
    if (ends.includes(index)) return `${corners.middle}─`;
    if (leadsTo === undefined) return joint + joint;
    return isWithin ? '┼─' : '│ ';
  });
  return { step: undefined, before: cells.join('').trimEnd(), after: '' };
}
