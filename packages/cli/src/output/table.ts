import { stripVTControlCharacters } from 'node:util';

/** Rows in columns as wide as their widest cell; cells may be coloured. */
export function layOut(rows: readonly (readonly string[])[], gap = 2): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell) + gap))
      .join('')
      .trimEnd(),
  );
}

const segmenter = new Intl.Segmenter();

function widthOf(text: string): number {
  return [...segmenter.segment(stripVTControlCharacters(text))].length;
}
