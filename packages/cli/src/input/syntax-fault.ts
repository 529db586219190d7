import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

/**
 * Where the text of a module is broken, as `file:line`: Node.js says what is wrong, and where only when it has the file
 * to itself. Looks at the module and at those of the program's own that it imports.
 */
export function syntaxFault(file: string, seen: Set<string> = new Set()): string | undefined {
  const path = resolve(file);
  if (seen.has(path)) return undefined;
  seen.add(path);
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' });
  // In front of the message stand the place and the line itself.
  const line = /^(?<place>.*):(?<line>\d+)$/.exec(stderr.split('\n', 1)[0] ?? '')?.groups?.['line'];
  if (line !== undefined && stderr.includes('SyntaxError')) return `${relative('', path)}:${line}`;
  for (const specifier of importsOf(path)) {
    const fault = syntaxFault(resolve(dirname(path), specifier), seen);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function importsOf(path: string): string[] {
  const text = readText(path);
  return [...text.matchAll(/(?:from|import)\s*\(?\s*(?<quote>['"])(?<specifier>\.{1,2}\/[^'"\n]+)\k<quote>/g)].flatMap(
    ({ groups }) => groups?.['specifier'] ?? [],
  );
}

/** A file that is imported and not there is a fault of another kind. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
