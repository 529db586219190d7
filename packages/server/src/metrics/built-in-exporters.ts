import { csvExporter } from './csv-exporter.ts';
import { jsonExporter } from './json-exporter.ts';
import type { MetricsExporter } from './metrics-exporter.ts';
import { prometheusExporter } from './prometheus-exporter.ts';

/** What every server can write metrics as. */
export const builtInExporters: readonly MetricsExporter[] = [prometheusExporter, jsonExporter(), csvExporter()];
