import type { MetricsExporter } from './metrics-exporter.ts';
import type { Metric, MetricSample } from './metrics-snapshot.ts';

/** The text format of Prometheus. */
export const prometheusExporter: MetricsExporter = {
  name: 'prometheus',
  formats: ['prometheus', 'text'],
  mediaType: 'text/plain; version=0.0.4; charset=utf-8',
  export: ({ metrics }) => metrics.map(textOf).join(''),
};

function textOf({ name, type, help, samples }: Metric): string {
  const lines = samples.map((sample) => `${name}${labelsOf(sample)} ${sample.value}`);
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function labelsOf({ labels }: MetricSample): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
