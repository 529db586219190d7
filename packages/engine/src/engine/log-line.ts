import { filterSensitive } from '../lifecycle/4-execution/result-pipeline.ts';

export const logFormats = ['json', 'pretty_json', 'logfmt'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface LogLineOptions {
  readonly format: LogFormat;
  /** Values whose names hold one of these words are masked, however deep they lie. */
  readonly filterParameters: readonly string[];
  readonly filterMask: string;
}

/** Makes lines of the log of lines in JSON: without secrets, in the format that is wanted. */
export function createLogLine({ format, filterParameters, filterMask }: LogLineOptions): (line: string) => string {
  const masked = filterSensitive(filterParameters, filterMask);
  return (line) => {
    const entry = parsed(line);
    return entry === undefined ? line : `${written(masked(entry), format)}\n`;
  };
}

/** A line that is none is better than no line. */
function parsed(line: string): unknown {
  try {
    const entry: unknown = JSON.parse(line);
    return entry;
  } catch {
    return undefined;
  }
}

function written(entry: unknown, format: LogFormat): string {
  if (format === 'logfmt' && typeof entry === 'object' && entry !== null) {
    const pairs: [string, unknown][] = Object.entries(entry);
    return pairs.map(([key, value]) => `${key}=${logfmtOf(value)}`).join(' ');
  }
  return JSON.stringify(entry, undefined, format === 'pretty_json' ? 2 : 0);
}

/** Texts are quoted, so that one with spaces in it is still one value. */
function logfmtOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(JSON.stringify(value)) : JSON.stringify(value);
}
