import { type GraphFormat, graphFormats } from '@tasker/engine';
import { UsageError } from '../exit.ts';

/** What `--format` of a drawing says. */
export function readGraphFormat(text: string): GraphFormat {
  const format = graphFormats.find((each) => each === text);
  if (format === undefined) throw new UsageError(`--format is one of ${graphFormats.join(', ')}, not "${text}".`);
  return format;
}
