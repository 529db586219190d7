import type { MetricsExporter } from './metrics-exporter.ts';

export interface JsonExporterOptions {
  /** Other names for the members of the document. */
  readonly fields?: Partial<Record<'timestamp' | 'metrics' | 'total_metrics', string>>;
  /** Indented by two. Default false. */
  readonly pretty?: boolean;
}

/** One JSON document, a metric in it for every set of labels. */
export function jsonExporter({ fields = {}, pretty = false }: JsonExporterOptions = {}): MetricsExporter {
  const { timestamp: time = 'timestamp', metrics: list = 'metrics', total_metrics: total = 'total_metrics' } = fields;
  return {
    name: 'json',
    formats: ['json'],
    mediaType: 'application/json; charset=utf-8',
    export({ timestamp, metrics }) {
      const flat = metrics.flatMap(({ name, type, help, samples }) =>
        samples.map(({ labels, value }) => ({ name, type, value, labels, help })),
      );
      return JSON.stringify({ [time]: timestamp, [total]: flat.length, [list]: flat }, undefined, pretty ? 2 : 0);
    },
  };
}
