import type { MetricsExporter } from './metrics-exporter.ts';

export interface CsvExporterOptions {
  /** Default a comma. */
  readonly separator?: string;
  /** Default true. */
  readonly headers?: boolean;
}

/** A table (RFC 4180): a line for every set of labels, a column for every label. No metrics, no text. */
export function csvExporter({ separator = ',', headers = true }: CsvExporterOptions = {}): MetricsExporter {
  return {
    name: 'csv',
    formats: ['csv'],
    mediaType: `text/csv; charset=utf-8; header=${headers ? 'present' : 'absent'}`,
    export({ timestamp, metrics }) {
      const flat = metrics.flatMap(({ name, type, samples }) => samples.map((sample) => ({ name, type, ...sample })));
      if (flat.length === 0) return '';
      const labelNames = [...new Set(flat.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
      const lines = flat.map(({ name, type, value, labels }) => [
        timestamp,
        name,
        type,
        String(value),
        ...labelNames.map((label) => labels[label] ?? ''),
      ]);
      const head = ['timestamp', 'name', 'type', 'value', ...labelNames.map((label) => `label_${label}`)];
      return (headers ? [head, ...lines] : lines)
        .map((line) => `${line.map((cell) => quoted(cell, separator)).join(separator)}\r\n`)
        .join('');
    },
  };
}

function quoted(cell: string, separator: string): string {
  const isPlain = !cell.includes(separator) && !/["\r\n]/.test(cell);
  return isPlain ? cell : `"${cell.replaceAll('"', '""')}"`;
}
