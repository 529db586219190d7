import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../exit.ts';
import { errorLine } from '../output/error-line.ts';

export interface LintFiles {
  readonly code: readonly string[];
  readonly templates: readonly string[];
}

/** What is to be read at some paths: files as they are given, in folders what looks like code and like templates. */
export function listLintFiles(paths: readonly string[]): LintFiles {
  const [code, templates] = [new Set<string>(), new Set<string>()];

  function visit(path: string, isGiven: boolean): void {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).toSorted()) {
        if (!name.startsWith('.') && name !== 'node_modules' && name !== 'dist') visit(join(path, name), false);
      }
    } else if (isCode(path)) code.add(path);
    else if (/\.(ya?ml|json)$/.test(path) && (isGiven || looksLikeTemplate(path))) templates.add(path);
  }

  for (const path of paths) {
    try {
      visit(path, true);
    } catch (error) {
      throw new UsageError(`${path} cannot be read: ${errorLine(error)}`);
    }
  }
  return { code: [...code], templates: [...templates] };
}

function isCode(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path) && !/\.(d|test|spec|test-d)\.[cm]?[jt]s$/.test(path);
}

function looksLikeTemplate(path: string): boolean {
  return /^\s*["':]?(steps|step_templates)["']?\s*:/m.test(readFileSync(path, 'utf8'));
}
