import type { MetricsSnapshot } from './metrics-snapshot.ts';

/** Writes the figures of the system down in formats of its own. */
export interface MetricsExporter {
  readonly name: string;
  /** What it may be asked for as, `?format=…`; case does not matter. */
  readonly formats: readonly string[];
  /** Of what it writes, for example `text/csv; charset=utf-8`. */
  readonly mediaType: string;
  /** Take the place of exporters that have its name or one of its formats. Default false: that is refused. */
  readonly replace?: boolean;
  export(snapshot: MetricsSnapshot): string | Promise<string>;
}

/** Everything that keeps something from being an exporter. */
export function exporterProblems(exporter: MetricsExporter): string[] {
  // programs in plain JavaScript hand in what they like
  const given: Readonly<Record<string, unknown>> = { ...exporter, export: exporter.export };
  const { name, formats, mediaType, export: write } = given;
  const who = typeof name === 'string' && name.trim() !== '' ? `Exporter \`${name}\`` : 'An exporter';
  return [
    ...(who === 'An exporter' ? ['An exporter needs a `name`.'] : []),
    ...(isListOfNames(formats) ? [] : [`${who} needs \`formats\`, a list of the formats it writes, such as ['xml'].`]),
    ...(typeof mediaType === 'string' && /^[\w.+-]+\/[\w.+-]+(?:\s*;[^\r\n]*)?$/.test(mediaType)
      ? []
      : [`${who} needs a \`mediaType\` such as text/csv.`]),
    ...functionProblems(who, write),
  ];
}

function isListOfNames(formats: unknown): boolean {
  const isName = (format: unknown) => typeof format === 'string' && /^[\w.+-]+$/.test(format);
  return Array.isArray(formats) && formats.length > 0 && formats.every(isName);
}

function functionProblems(who: string, write: unknown): string[] {
  if (typeof write !== 'function') return [`${who} needs a function \`export(snapshot)\` that returns text.`];
  if (write.length <= 1) return [];
  return [
    `\`export\` of ${who.replace('Exporter ', 'exporter ')} must do with one argument, the snapshot, not ${write.length}.`,
  ];
}
