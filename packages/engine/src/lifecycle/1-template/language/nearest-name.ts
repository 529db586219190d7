/** The known name that was probably meant: at most a third of its letters differ. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const wanted = given.toLowerCase();
  let nearest: string | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const allowed = Math.max(1, name.length / 3);
    if (Math.abs(name.length - wanted.length) > allowed) continue;
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance < shortest && distance <= allowed) [nearest, shortest] = [name, distance];
  }
  return nearest;
}

/**
 * {@link nearestName} for many names that are held against the same long list. After the first few there are no more
 * suggestions: comparing thousands with thousands takes minutes, and nobody reads them.
 */
export function createSuggest(known: readonly string[]): (given: string) => { readonly remedy?: string } {
  let left = 20;
  return (given) => {
    left -= 1;
    const nearest = left < 0 ? undefined : nearestName(given, known);
    return nearest === undefined ? {} : { remedy: `Did you mean \`${nearest}\`?` };
  };
}

/** How many letters must be inserted, removed or replaced, or neighbours swapped, to get from one word to the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
