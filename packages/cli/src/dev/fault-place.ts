import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where in a program an error came from, as `file:line:column`, as far as its stack tells. */
export function faultPlace(error: unknown, folder = process.cwd()): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // A mistake in the text of a module stands above the message, one in what it does below.
  const places = `${error.message}\n${error.stack ?? ''}`.matchAll(
    /(?<=^|[\s(])(?<file>(?:file:\/\/|\/|[A-Za-z]:\\)[^\s():?]+)(?:\?[^\s():]*)?:(?<line>\d+)(?::(?<column>\d+))?/gm,
  );
  for (const { groups: { file = '', line, column } = {} } of places) {
    if (file.includes('node_modules') || file.startsWith('node:')) continue;
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    return [relative(folder, path) || path, line, column].filter((part) => part !== undefined).join(':');
  }
  return undefined;
}
