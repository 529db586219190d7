/** A text that is written again and again with a few places of it filled in anew. */
export interface Stencil<Place extends string> {
  readonly length: number;
  write(filling: Readonly<Record<Place, string>>): string;
}

/**
 * @param text how it looks once
 * @param places what stands in the places there, as expressions without groups that capture
 */
export function stencilOf<Place extends string>(text: string, places: ReadonlyMap<Place, RegExp>): Stencil<Place> {
  const names = [...places.keys()];
  const pattern = new RegExp([...places.values()].map(({ source }) => `(${source})`).join('|'), 'g');
  const parts: { readonly before: string; readonly place: Place }[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const place = names[match.slice(1).findIndex((found) => found !== undefined)];
    if (place === undefined) continue;
    parts.push({ before: text.slice(end, match.index), place });
    end = match.index + match[0].length;
  }
  const rest = text.slice(end);
  return {
    length: text.length,
    write(filling) {
      const pieces: string[] = [];
      for (const { before, place } of parts) pieces.push(before, filling[place]);
      pieces.push(rest);
      return pieces.join('');
    },
  };
}
