/** A line of output without what differs from run to run: ids, times, places, names of people, widths of columns. */
function comparable(line: string): string {
  return line
    .replaceAll(/\bnpx tasker\b/g, 'tasker')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?/g, 'TIME')
    .replaceAll(/\b\d+(?:\.\d+)? (?:ms|s|min)\b/g, 'DURATION')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/\b(?<what>retry|resolve|skip|cancel|edit) by [^\s:]+/g, '$<what> by SOMEBODY')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * The first line of what was promised that the output lacks, in its place; undefined when all is there. Promised lines
 * follow on each other, but where `…` stands alone on a line; before the first and behind the last more may stand.
 *
 * @param options.gaps more may stand between any two lines, as in a log
 */
export function missingLine(
  promised: string,
  output: string,
  { gaps = false }: { readonly gaps?: boolean } = {},
): string | undefined {
  const got = output.split('\n').map(comparable);
  let at = 0;
  let mayPass = true;
  for (const line of promised.trimEnd().split('\n')) {
    if (line.trim() === '…') {
      mayPass = true;
      continue;
    }
    const wanted = comparable(line);
    const found = mayPass || gaps ? got.indexOf(wanted, at) : got[at] === wanted ? at : -1;
    if (found === -1) return line;
    at = found + 1;
    mayPass = false;
  }
  return undefined;
}
