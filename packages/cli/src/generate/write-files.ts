import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type GeneratedFile, generatedMark } from './template-types.ts';

export type WriteOutcome = 'written' | 'unchanged' | 'kept';

export interface WriteOptions {
  /** Also over what somebody may have written in. Default: that is kept as it is. */
  readonly force?: boolean | undefined;
  /** Only say what would come of it. */
  readonly dryRun?: boolean | undefined;
}

/** Writes files into a folder. */
export function writeFiles(
  folder: string,
  files: readonly GeneratedFile[],
  { force = false, dryRun = false }: WriteOptions = {},
): { readonly path: string; readonly outcome: WriteOutcome }[] {
  return files.map((file) => {
    const path = join(folder, file.path);
    const outcome = outcomeOf(path, file, force);
    if (outcome === 'written' && !dryRun) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.text);
    }
    return { path, outcome };
  });
}

function outcomeOf(path: string, { text, edited }: GeneratedFile, force: boolean): WriteOutcome {
  if (!existsSync(path)) return 'written';
  const there = readFileSync(path, 'utf8');
  if (there === text) return 'unchanged';
  const isOurs = !edited && (there.split('\n', 1)[0] ?? '').includes(generatedMark);
  return force || isOurs ? 'written' : 'kept';
}
